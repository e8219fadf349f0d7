from rest_framework import status
from rest_framework.test import APITestCase

from accounts.models import User
from orders.models import Order
from shop.models import Author, Book


class OrderTests(APITestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ada = User.objects.create_user("ada", password="x")
        cls.grace = User.objects.create_user("grace", password="x")
        cls.staff = User.objects.create_user("staff", password="x", is_staff=True)
        author = Author.objects.create(name="Stanisław Lem")
        cls.books = [
            Book.objects.create(
                title=title,
                author=author,
                isbn=isbn,
                price="10.25",
                year=1961,
                format="ebook",
                stock=3,
            )
            for title, isbn in (("Solaris", "9780156027601"), ("Eden", "9780156278065"))
        ]

    def setUp(self):
        self.client.force_authenticate(self.ada)

    def order(self, *lines):
        data = {"lines": [{"book_id": book_id, "quantity": count} for book_id, count in lines]}
        return self.client.post("/orders", data)

    def stock(self):
        return [Book.objects.get(id=book.id).stock for book in self.books]

    def test_two_lines_may_name_the_same_book(self):
        solaris, eden = self.books
        response = self.order((solaris.id, 1), (eden.id, 1), (solaris.id, 2))
        self.assertEqual(response.status_code, status.HTTP_201_CREATED)
        self.assertEqual(response.data["total"], "41.00")
        self.assertEqual(response.data["customer"], "ada")
        self.assertEqual(self.stock(), [0, 2])

    def test_all_lines_or_none(self):
        solaris, eden = self.books
        response = self.order((eden.id, 1), (solaris.id, 2), (solaris.id, 2))
        self.assertEqual(response.status_code, status.HTTP_409_CONFLICT)
        self.assertEqual(self.stock(), [3, 3])
        self.assertFalse(Order.objects.exists())

    def test_an_unknown_book_is_invalid(self):
        response = self.order((self.books[0].id, 1), (10**9, 1))
        self.assertEqual(response.status_code, status.HTTP_400_BAD_REQUEST)
        self.assertEqual(list(response.data["lines"]), [1])
        self.assertEqual(self.stock(), [3, 3])

    def test_lines_are_limited(self):
        for lines in [], [(self.books[0].id, 1)] * 51, [(self.books[0].id, 101)]:
            self.assertEqual(self.order(*lines).status_code, status.HTTP_400_BAD_REQUEST)

    def test_orders_are_private(self):
        url = self.order((self.books[0].id, 1)).headers["Location"]
        for user, expected, total in (self.ada, 200, 1), (self.grace, 404, 0), (self.staff, 200, 1):
            self.client.force_authenticate(user)
            self.assertEqual(self.client.get(url).status_code, expected)
            self.assertEqual(self.client.get("/orders").data["total"], total)
