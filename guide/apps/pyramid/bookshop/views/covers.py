import os

from pyramid.httpexceptions import HTTPNoContent, HTTPNotFound, HTTPRequestEntityTooLarge
from pyramid.request import Request
from pyramid.response import FileResponse, Response
from pyramid.view import view_config, view_defaults

from ..resources import BookResource
from ..validation import InvalidInput

MAX_SIZE = 1_048_576
SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


@view_defaults(route_name="cover", openapi=True)
class CoverViews:
    def __init__(self, context: BookResource, request: Request) -> None:
        self.context = context
        self.request = request

    @view_config(request_method="GET", permission="view")
    def read(self) -> Response:
        path = self.context.cover
        try:
            with path.open("rb") as file:
                start, stat = file.read(8), os.fstat(file.fileno())
        except FileNotFoundError as error:
            raise HTTPNotFound() from error
        content_type = next(name for name, sign in SIGNATURES.items() if start.startswith(sign))
        response = FileResponse(path, self.request, content_type=content_type)
        response.etag = f"{stat.st_ino:x}-{stat.st_mtime_ns:x}-{stat.st_size:x}"
        response.accept_ranges = "bytes"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    @view_config(request_method="PUT", permission="edit")
    def write(self) -> Response:
        self.context.find_book()
        image = self.request.body
        if len(image) > MAX_SIZE:
            raise HTTPRequestEntityTooLarge(f"A cover has {MAX_SIZE} bytes at most.")
        content_type = self.request.content_type.lower()
        if not image.startswith(SIGNATURES[content_type]):
            raise InvalidInput("body", f"This is not {content_type}.")
        # Nobody else writes this file meanwhile: the book's row is locked.
        part = self.context.cover.with_suffix(".part")
        part.write_bytes(image)
        part.replace(self.context.cover)
        return HTTPNoContent()
