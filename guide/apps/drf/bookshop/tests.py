from django.db import OperationalError, connection
from django.test import SimpleTestCase, TestCase
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework import status


class ServiceTests(TestCase):
    def test_health(self):
        self.assertEqual(self.client.get("/health").json(), {"status": "ok"})

    def test_health_without_a_database(self):
        def fail(*args):
            raise OperationalError

        with connection.execute_wrapper(fail):
            response = self.client.get("/health")
        self.assertEqual(response.status_code, status.HTTP_503_SERVICE_UNAVAILABLE)

    def test_errors_outside_of_the_api_are_json(self):
        self.assertEqual(self.client.get("/nothing").json(), {"detail": "Not found."})
        self.assertIn("error", self.client.get("/health", headers={"host": "example.com"}).json())


class SchemaTests(SimpleTestCase):
    def test_the_document_is_valid_and_complete(self):
        schema = SchemaGenerator().get_schema(public=True)
        validate_schema(schema)
        operations = [operation for path in schema["paths"].values() for operation in path.values()]
        self.assertEqual(len({operation["operationId"] for operation in operations}), 19)
        self.assertTrue(all(operation["summary"] for operation in operations))
