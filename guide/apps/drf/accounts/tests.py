from datetime import timedelta

from rest_framework import status
from rest_framework.test import APITestCase
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User


class AccountTests(APITestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = User.objects.create_user(
            "ada", "ada@example.com", "secret", full_name="Ada Lovelace"
        )

    def log_in(self, **credentials):
        return self.client.post("/auth/token", {"username": "ada", **credentials})

    def test_log_in_and_read_the_account(self):
        token = self.log_in(password="secret").data["access_token"]
        response = self.client.get("/me", headers={"Authorization": f"Bearer {token}"})
        self.assertEqual(response.data["username"], "ada")

    def test_unknown_names_and_wrong_passwords_look_alike(self):
        wrong = self.log_in(password="wrong")
        unknown = self.log_in(username="nobody", password="wrong")
        self.assertEqual(wrong.status_code, status.HTTP_401_UNAUTHORIZED)
        self.assertIn("WWW-Authenticate", wrong.headers)
        self.assertEqual(wrong.data, unknown.data)

    def test_bad_tokens_are_refused(self):
        expired, orphaned = AccessToken.for_user(self.user), AccessToken()
        expired.set_exp(lifetime=-timedelta(seconds=1))
        orphaned["user_id"] = "999"
        for token in expired, orphaned, "x.y.z":
            response = self.client.get("/me", headers={"Authorization": f"Bearer {token}"})
            self.assertEqual(response.status_code, status.HTTP_401_UNAUTHORIZED)

    def test_read_only_members_are_not_stored(self):
        self.client.force_authenticate(self.user)
        response = self.client.patch("/me", {"full_name": "Ada King", "is_staff": True})
        self.assertEqual(response.data["full_name"], "Ada King")
        self.assertFalse(response.data["is_staff"])
