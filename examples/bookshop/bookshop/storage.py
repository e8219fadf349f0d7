"""Covers: one file for each, named by the book's id."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from bookshop.settings import MEDIA_DIR

SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


def cover_path(book_id: int) -> Path:
    return MEDIA_DIR / f"cover-{book_id}"


def read_cover(book_id: int) -> bytes | None:
    try:
        return cover_path(book_id).read_bytes()
    except FileNotFoundError:
        return None


def write_cover(book_id: int, image: bytes) -> None:
    """Readers see the old image or the new one, never half of it."""
    with NamedTemporaryFile(dir=MEDIA_DIR, delete=False) as file:
        file.write(image)
    os.replace(file.name, cover_path(book_id))


def delete_cover(book_id: int) -> None:
    cover_path(book_id).unlink(missing_ok=True)


def media_type_of(image: bytes) -> str | None:
    """Return the media type that the image's first bytes tell, if they tell one."""
    found = (name for name, signature in SIGNATURES.items() if image.startswith(signature))
    return next(found, None)
