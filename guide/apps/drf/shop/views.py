from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views.decorators.http import etag
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import IsAdminUser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from bookshop.exceptions import conflict_on_integrity_error
from bookshop.negotiation import IgnoreClientContentNegotiation
from bookshop.permissions import ReadOnly
from bookshop.schema import (
    BODY_ERRORS,
    ETAG,
    IF_MATCH,
    IF_NONE_MATCH,
    LOCATION,
    NOT_MODIFIED,
    OPTIONAL_AUTH,
    PRECONDITION_FAILED,
    errors,
)
from bookshop.views import CreateWithLocationMixin
from shop.filters import AuthorFilter, BookFilter
from shop.models import Author, Book
from shop.parsers import JPEGParser, PNGParser
from shop.serializers import AuthorSerializer, BookSerializer

ISBN_TAKEN = {"isbn": ["Another book has this ISBN."]}


class ShopViewSet(
    CreateWithLocationMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    mixins.ListModelMixin,
    GenericViewSet,
):
    """Read by all, written by staff."""

    permission_classes = [IsAdminUser | ReadOnly]
    lookup_value_converter = "int"
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]


@extend_schema(tags=["shop"])
@extend_schema_view(
    list=extend_schema(
        operation_id="listAuthors",
        summary="List authors",
        auth=OPTIONAL_AUTH,
        responses={200: AuthorSerializer, **errors(400, 401, 404, 406)},
    ),
    create=extend_schema(
        operation_id="createAuthor",
        summary="Add an author",
        parameters=[LOCATION],
        responses={201: AuthorSerializer, **errors(401, 403, *BODY_ERRORS)},
    ),
    retrieve=extend_schema(
        operation_id="getAuthor",
        summary="Read an author",
        auth=OPTIONAL_AUTH,
        parameters=[ETAG, IF_NONE_MATCH],
        responses={200: AuthorSerializer, **NOT_MODIFIED, **errors(401, 404, 406)},
    ),
    partial_update=extend_schema(
        operation_id="updateAuthor",
        summary="Change an author",
        responses={200: AuthorSerializer, **errors(401, 403, 404, *BODY_ERRORS)},
    ),
    destroy=extend_schema(
        operation_id="deleteAuthor",
        summary="Delete an author without books",
        responses={204: None, **errors(401, 403, 404, 406, 409)},
    ),
)
@method_decorator(transaction.atomic, name="partial_update")
class AuthorViewSet(ShopViewSet):
    queryset = Author.objects.all()
    serializer_class = AuthorSerializer
    filterset_class = AuthorFilter

    def get_queryset(self) -> QuerySet[Author]:
        queryset = super().get_queryset()
        if self.action == "partial_update":  # A change is checked against the stored years.
            return queryset.select_for_update()
        return queryset

    def perform_destroy(self, instance: Author) -> None:
        with conflict_on_integrity_error("The author has books."):
            instance.delete()


def etag_of(data: dict[str, Any]) -> str:
    """The ETag of a book as its serializer gives it."""
    return f'"{sha256(JSONRenderer().render(data)).hexdigest()}"'


def current_etag(request: Request, pk: int) -> str:
    """The ETag of a book that is about to change; nobody else changes it in between."""
    books = Book.objects.select_related("author").select_for_update(of=["self"])
    return etag_of(BookSerializer(get_object_or_404(books, pk=pk)).data)


@extend_schema(tags=["shop"])
@extend_schema_view(
    list=extend_schema(
        operation_id="listBooks",
        summary="List books",
        auth=OPTIONAL_AUTH,
        responses={200: BookSerializer, **errors(400, 401, 404, 406)},
    ),
    create=extend_schema(
        operation_id="createBook",
        summary="Add a book",
        parameters=[LOCATION],
        responses={201: BookSerializer, **errors(401, 403, 409, *BODY_ERRORS)},
    ),
    retrieve=extend_schema(
        operation_id="getBook",
        summary="Read a book",
        auth=OPTIONAL_AUTH,
        parameters=[ETAG, IF_NONE_MATCH],
        responses={200: BookSerializer, **NOT_MODIFIED, **errors(401, 404, 406)},
    ),
    partial_update=extend_schema(
        operation_id="updateBook",
        summary="Change a book",
        parameters=[IF_MATCH],
        responses={
            200: BookSerializer,
            **errors(401, 403, 404, 409, *BODY_ERRORS),
            **PRECONDITION_FAILED,
        },
    ),
    destroy=extend_schema(
        operation_id="deleteBook",
        summary="Delete a book that nobody ordered, with its cover",
        parameters=[IF_MATCH],
        responses={204: None, **errors(401, 403, 404, 406, 409), **PRECONDITION_FAILED},
    ),
)
@method_decorator([transaction.atomic, etag(current_etag)], name="partial_update")
@method_decorator([transaction.atomic, etag(current_etag)], name="destroy")
class BookViewSet(ShopViewSet):
    queryset = Book.objects.select_related("author")
    serializer_class = BookSerializer
    filterset_class = BookFilter

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().retrieve(request, *args, **kwargs)
        response.headers["ETag"] = etag_of(response.data)
        return response

    def perform_create(self, serializer: BaseSerializer) -> None:
        with conflict_on_integrity_error(ISBN_TAKEN):
            serializer.save()

    def perform_update(self, serializer: BaseSerializer) -> None:
        with conflict_on_integrity_error(ISBN_TAKEN):
            serializer.save()

    def perform_destroy(self, instance: Book) -> None:
        with conflict_on_integrity_error("The book has been ordered."):
            instance.delete()
        if instance.cover:
            storage, name = instance.cover.storage, instance.cover.name
            transaction.on_commit(lambda: storage.delete(name))


def open_cover(pk: int) -> FieldFile:
    cover = get_object_or_404(Book, pk=pk).cover
    if not cover:
        raise NotFound("The book has no cover.")
    return cover.open()


class CoverView(APIView):
    permission_classes = [IsAdminUser | ReadOnly]
    parser_classes = [PNGParser, JPEGParser]
    content_negotiation_class = IgnoreClientContentNegotiation

    @extend_schema(
        operation_id="getCover",
        summary="The book's cover",
        tags=["shop"],
        auth=OPTIONAL_AUTH,
        parameters=[ETAG, IF_NONE_MATCH],
        responses={
            (200, "image/png"): OpenApiTypes.BINARY,
            (200, "image/jpeg"): OpenApiTypes.BINARY,
            **NOT_MODIFIED,
            **errors(401, 404),
        },
    )
    def get(self, request: Request, pk: int) -> FileResponse:
        try:
            cover = open_cover(pk)
        except FileNotFoundError:  # Replaced since its name was read.
            cover = open_cover(pk)
        return FileResponse(cover, headers={"ETag": f'"{cover.name}"'})

    @extend_schema(
        operation_id="putCover",
        summary="Set the book's cover",
        tags=["shop"],
        request={"image/png": OpenApiTypes.BINARY, "image/jpeg": OpenApiTypes.BINARY},
        responses={204: None, **errors(400, 401, 403, 404, 413, 415)},
    )
    def put(self, request: Request, pk: int) -> Response:
        if not request.data:
            raise ValidationError({"body": ["There is no image."]})
        content, suffix = request.data
        with transaction.atomic():
            book = get_object_or_404(Book.objects.select_for_update(), pk=pk)
            storage, replaced = book.cover.storage, book.cover.name
            book.cover.save(f"cover{suffix}", ContentFile(content), save=False)
            book.save(update_fields=["cover"])
            if replaced:
                transaction.on_commit(lambda: storage.delete(replaced))
        return Response(status=status.HTTP_204_NO_CONTENT)
