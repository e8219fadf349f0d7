from typing import IO, Any

from rest_framework.exceptions import ValidationError
from rest_framework.parsers import BaseParser

from bookshop.exceptions import PayloadTooLarge

MAX_COVER_SIZE = 1_048_576


class ImageParser(BaseParser):
    """Make `request.data` of an image's bytes and the suffix of its file."""

    signature: bytes
    suffix: str

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: dict[str, Any] | None = None,
    ) -> tuple[bytes, str]:
        content = stream.read(MAX_COVER_SIZE + 1)
        if len(content) > MAX_COVER_SIZE:
            raise PayloadTooLarge
        if not content.startswith(self.signature):
            raise ValidationError({"body": [f"This is no {self.media_type}."]})
        return content, self.suffix


class PNGParser(ImageParser):
    media_type = "image/png"
    signature = b"\x89PNG\r\n\x1a\n"
    suffix = ".png"


class JPEGParser(ImageParser):
    media_type = "image/jpeg"
    signature = b"\xff\xd8\xff"
    suffix = ".jpg"
