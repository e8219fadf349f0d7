"""Covers: one file for each, named by the book's id."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from app.config import settings

MAX_SIZE = 1_048_576
SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


def cover_path(book_id: int) -> Path:
    return settings.media_dir / f"cover-{book_id}"


def cover_media_type(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(8)
    return next(name for name, signature in SIGNATURES.items() if start.startswith(signature))


def write_cover(book_id: int, image: bytes) -> None:
    """Readers see the old image or the new one, never half of it."""
    with NamedTemporaryFile(dir=settings.media_dir, delete=False) as file:
        file.write(image)
    os.replace(file.name, cover_path(book_id))


def delete_cover(book_id: int) -> None:
    cover_path(book_id).unlink(missing_ok=True)
