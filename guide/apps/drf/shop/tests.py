from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import override_settings
from rest_framework import status
from rest_framework.test import APIClient, APITestCase

from accounts.models import User
from orders.models import Order, OrderLine
from shop.models import Author, Book

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
JPEG = b"\xff\xd8\xff" + bytes(64)


class ShopTestCase(APITestCase):
    @classmethod
    def setUpTestData(cls):
        cls.staff = User.objects.create_user("staff", password="x", is_staff=True)
        cls.author = Author.objects.create(name="Ursula K. Le Guin", born=1929, died=2018)
        cls.book = Book.objects.create(
            title="The Dispossessed",
            author=cls.author,
            isbn="9780061054884",
            price="12.50",
            year=1974,
            format="paperback",
            stock=3,
        )
        cls.new_book = {
            "title": "Lavinia",
            "author_id": cls.author.id,
            "isbn": "9780151014248",
            "price": 9.5,
            "year": 2008,
            "format": "hardcover",
        }

    def setUp(self):
        self.client.force_authenticate(self.staff)


class AuthorTests(ShopTestCase):
    def test_died_is_checked_against_the_stored_birth(self):
        response = self.client.patch(f"/authors/{self.author.id}", {"died": 1928})
        self.assertEqual(response.status_code, status.HTTP_400_BAD_REQUEST)
        self.assertEqual(list(response.data), ["died"])

    def test_null_empties_a_year(self):
        response = self.client.patch(f"/authors/{self.author.id}", {"died": None})
        self.assertEqual(response.status_code, status.HTTP_200_OK)
        self.assertIsNone(response.data["died"])

    def test_an_author_with_books_stays(self):
        response = self.client.delete(f"/authors/{self.author.id}")
        self.assertEqual(response.status_code, status.HTTP_409_CONFLICT)

    def test_ties_are_broken_by_id(self):
        twins = [Author.objects.create(name="A", born=year).id for year in (1, 1)]
        for sort in ("name", "born"):
            response = self.client.get("/authors", {"sort": sort, "per_page": 2})
            self.assertEqual([item["id"] for item in response.data["items"]], twins)


class BookTests(ShopTestCase):
    def test_create(self):
        response = self.client.post("/books", self.new_book)
        self.assertEqual(response.status_code, status.HTTP_201_CREATED)
        self.assertEqual(response.data["price"], "9.50")
        self.assertEqual(response.data["author"]["name"], "Ursula K. Le Guin")
        self.assertEqual(self.client.get(response.headers["Location"]).data, response.data)

    def test_each_bad_field_is_named(self):
        bad = {
            "title": " ",
            "author_id": 10**30,
            "isbn": "123",
            "price": "1e2",
            "year": 2101,
            "format": "zine",
            "stock": -1,
            "description": "\x00",
        }
        response = self.client.post("/books", bad)
        self.assertEqual(response.status_code, status.HTTP_400_BAD_REQUEST)
        self.assertEqual(set(response.data), set(bad))

    def test_text_that_no_database_takes_is_refused(self):
        for body in (
            rb'{"title": "\ud800", "format": "\ud800"}',
            b'{"title": "\xff"}',
            b'{"price": NaN}',
        ):
            response = self.client.post("/books", body, content_type="application/json")
            self.assertEqual(response.status_code, status.HTTP_400_BAD_REQUEST)

    def test_a_taken_isbn_is_a_conflict(self):
        response = self.client.post("/books", {**self.new_book, "isbn": self.book.isbn})
        self.assertEqual(response.status_code, status.HTTP_409_CONFLICT)

    def test_only_staff_write(self):
        anonymous, customer = APIClient(), APIClient()
        customer.force_authenticate(User(username="ada"))
        for client, expected in (anonymous, 401), (customer, 403):
            self.assertEqual(client.post("/books", self.new_book).status_code, expected)
            self.assertEqual(client.get("/books").status_code, status.HTTP_200_OK)

    def test_search_takes_wildcards_literally(self):
        for q, total in ("possess", 1), ("LE GUIN", 1), ("%", 0), ("_", 0):
            self.assertEqual(self.client.get("/books", {"q": q}).data["total"], total, q)

    def test_prices_are_compared_exactly(self):
        for query, total in (
            ({"price_min": "12.50"}, 1),
            ({"price_min": "12.5001"}, 0),
            ({"price_max": "12.4999"}, 0),
            ({"price_min": "1e40"}, 0),
            ({"price_max": "1e40"}, 1),
        ):
            self.assertEqual(self.client.get("/books", query).data["total"], total, query)

    def test_bad_parameters_are_refused(self):
        for name, value in ("sort", "isbn"), ("per_page", 0), ("price_min", -1), ("author_id", 1.5):
            response = self.client.get("/books", {name: value})
            self.assertEqual(response.status_code, status.HTTP_400_BAD_REQUEST)
            self.assertIn(name, response.data)

    def test_list_takes_two_queries(self):
        self.client.post("/books", self.new_book)
        with self.assertNumQueries(2):
            self.client.get("/books")

    def test_preconditions(self):
        url = f"/books/{self.book.id}"
        etag = self.client.get(url).headers["ETag"]
        cached = self.client.get(url, headers={"If-None-Match": etag})
        self.assertEqual(cached.status_code, status.HTTP_304_NOT_MODIFIED)

        changed = self.client.patch(url, {"stock": 2}, headers={"If-Match": etag})
        self.assertEqual(changed.status_code, status.HTTP_200_OK)
        for response in (
            self.client.patch(url, {"stock": 1}, headers={"If-Match": etag}),
            self.client.delete(url, headers={"If-Match": etag}),
        ):
            self.assertEqual(response.status_code, status.HTTP_412_PRECONDITION_FAILED)

    def test_an_ordered_book_stays(self):
        order = Order.objects.create(customer=self.staff)
        OrderLine.objects.create(order=order, book=self.book, quantity=1, unit_price="12.50")
        response = self.client.delete(f"/books/{self.book.id}")
        self.assertEqual(response.status_code, status.HTTP_409_CONFLICT)


class CoverTests(ShopTestCase):
    def setUp(self):
        super().setUp()
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.covers = Path(folder.name) / "covers"
        self.enterContext(override_settings(MEDIA_ROOT=folder.name))
        self.url = f"/books/{self.book.id}/cover"

    def put(self, content, content_type="image/png"):
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.generic("PUT", self.url, content, content_type)

    def test_a_cover_replaces_the_one_before(self):
        self.assertEqual(self.put(PNG).status_code, status.HTTP_204_NO_CONTENT)
        before = self.client.get(self.url)
        self.put(JPEG, "image/jpeg")
        after = self.client.get(self.url)
        self.assertEqual(after.getvalue(), JPEG)
        self.assertEqual(after.headers["Content-Type"], "image/jpeg")
        self.assertNotEqual(after.headers["ETag"], before.headers["ETag"])
        self.assertEqual(len(list(self.covers.iterdir())), 1)

    def test_refused_bodies(self):
        for content, content_type, expected in (
            (PNG, "image/gif", status.HTTP_415_UNSUPPORTED_MEDIA_TYPE),
            (PNG, "image/jpeg", status.HTTP_400_BAD_REQUEST),
            (b"", "image/png", status.HTTP_400_BAD_REQUEST),
            (PNG + bytes(1_048_576), "image/png", status.HTTP_413_REQUEST_ENTITY_TOO_LARGE),
        ):
            self.assertEqual(self.put(content, content_type).status_code, expected)

    def test_a_deleted_book_takes_its_cover_along(self):
        self.put(PNG)
        with self.captureOnCommitCallbacks(execute=True):
            self.client.delete(f"/books/{self.book.id}")
        self.assertEqual(list(self.covers.iterdir()), [])
