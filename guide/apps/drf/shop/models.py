from pathlib import PurePath
from uuid import uuid4

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone

YEAR_VALIDATORS = [MinValueValidator(-3000), MaxValueValidator(2100)]
validate_isbn = RegexValidator(r"^97[89][0-9]{10}\Z", "Enter 13 digits beginning with 978 or 979.")


class Author(models.Model):
    name = models.CharField(max_length=200)
    born = models.SmallIntegerField(null=True, blank=True, validators=YEAR_VALIDATORS)
    died = models.SmallIntegerField(null=True, blank=True, validators=YEAR_VALIDATORS)
    bio = models.TextField(max_length=2000, blank=True, default="")

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


def cover_path(book: "Book", filename: str) -> str:
    """A name that no other image ever had: it serves as the image's ETag."""
    return f"covers/{uuid4().hex}{PurePath(filename).suffix}"


class Book(models.Model):
    class Format(models.TextChoices):
        HARDCOVER = "hardcover"
        PAPERBACK = "paperback"
        EBOOK = "ebook"
        AUDIOBOOK = "audiobook"

    title = models.CharField(max_length=300)
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="books")
    isbn = models.CharField(max_length=13, unique=True, validators=[validate_isbn])
    price = models.DecimalField(max_digits=8, decimal_places=2)
    year = models.SmallIntegerField(validators=YEAR_VALIDATORS)
    format = models.CharField(max_length=9, choices=Format)
    stock = models.PositiveIntegerField(default=0, validators=[MaxValueValidator(1_000_000)])
    description = models.TextField(max_length=5000, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    cover = models.FileField(upload_to=cover_path, blank=True, editable=False)

    class Meta:
        ordering = ["title", "id"]

    def __str__(self) -> str:
        return self.title
