"""Covers: an image goes in as it is and comes out as it was."""

from hashlib import blake2b
from typing import Annotated

from restive import Body, Bytes, Forbidden, Header, Limits, NotFound, Router
from sqlalchemy.orm import Session

from bookshop import storage, tables
from bookshop.database import find
from bookshop.problems import LoginNeeded, invalid
from bookshop.schemas import Id
from bookshop.security import Staff

router = Router("/books/{id}/cover", tags=["shop"])

IMAGES = tuple(storage.SIGNATURES)


@router.get(raises=[NotFound], media_types=[*IMAGES])
def read_cover(id: Id) -> Bytes:
    """The book's cover"""
    image = storage.read_cover(id)
    if image is None:
        raise NotFound("There is no such cover.")
    etag = blake2b(image, digest_size=16).hexdigest()
    # Others have uploaded it: browsers must not take it for anything else.
    headers = {"ETag": f'"{etag}"', "X-Content-Type-Options": "nosniff"}
    return Bytes(image, storage.media_type_of(image) or "", headers=headers)


@router.put(
    security=["bearer"],
    raises=[LoginNeeded, Forbidden, NotFound],
    limits=Limits(body=1_048_576),
)
def put_cover(
    id: Id,
    image: Annotated[bytes, Body(media_types=IMAGES)],
    content_type: Annotated[str, Header()],
    session: Session,
    staff: Staff,
) -> None:
    """Set the book's cover

    The body is the image itself, at most 1,048,576 bytes. It begins with the signature of the type
    that `Content-Type` names, or it is invalid.
    """
    find(session, tables.Book, id)
    if storage.media_type_of(image) != content_type.partition(";")[0].strip().lower():
        raise invalid("", "The image is not of the type that it says it is.")
    storage.write_cover(id, image)
