"""The files of the covers: MEDIA_DIR/{book id}.png or .jpeg."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from flask import current_app

SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpeg"}


def folder() -> Path:
    return Path(current_app.config["MEDIA_DIR"])


def find(book_id: int) -> str | None:
    """The name of the book's cover in the folder."""
    names = (f"{book_id}{suffix}" for suffix in SUFFIXES.values())
    return next((name for name in names if (folder() / name).exists()), None)


def store(book_id: int, mimetype: str, image: bytes) -> None:
    with NamedTemporaryFile(dir=folder(), delete=False) as file:
        file.write(image)
    old = find(book_id)
    new = f"{book_id}{SUFFIXES[mimetype]}"
    os.replace(file.name, folder() / new)
    if old not in (None, new):
        (folder() / old).unlink()


def remove(book_id: int) -> None:
    if name := find(book_id):
        (folder() / name).unlink()
