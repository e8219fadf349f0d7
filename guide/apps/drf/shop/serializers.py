from typing import Any

from rest_framework import serializers

from shop.fields import PriceField
from shop.models import Author, Book, validate_isbn


class AuthorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Author
        fields = ["id", "name", "born", "died", "bio"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        born = attrs.get("born", getattr(self.instance, "born", None))
        died = attrs.get("died", getattr(self.instance, "died", None))
        if born is not None and died is not None and died < born:
            raise serializers.ValidationError({"died": "Nobody dies before being born."})
        return attrs


class AuthorRefSerializer(serializers.ModelSerializer):
    class Meta:
        model = Author
        fields = ["id", "name"]


class BookSerializer(serializers.ModelSerializer):
    author = AuthorRefSerializer(read_only=True)
    author_id = serializers.PrimaryKeyRelatedField(
        source="author",
        queryset=Author.objects.all(),
        pk_field=serializers.IntegerField(min_value=1),
        write_only=True,
    )
    price = PriceField()

    class Meta:
        model = Book
        fields = [
            "id",
            "title",
            "author",
            "author_id",
            "isbn",
            "price",
            "year",
            "format",
            "stock",
            "description",
            "created_at",
        ]
        extra_kwargs = {
            # Without the validator of uniqueness: a taken ISBN is a conflict, found on saving.
            "isbn": {"validators": [validate_isbn], "trim_whitespace": False},
            # The usual message repeats the input, which may hold what UTF-8 cannot.
            "format": {"error_messages": {"invalid_choice": "Not a valid choice."}},
        }
