from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, status
from fastapi.responses import FileResponse

from app import storage
from app.dependencies import BookDep, require_staff
from app.errors import FORBIDDEN, NOT_FOUND, header, invalid, not_found
from app.schemas import Message

router = APIRouter(prefix="/books/{id}/cover", tags=["shop"])

IMAGE = {name: {"schema": {"type": "string", "format": "binary"}} for name in storage.SIGNATURES}


async def read_image(request: Request) -> bytes:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    signature = storage.SIGNATURES.get(media_type)
    if signature is None:
        raise HTTPException(
            status.HTTP_415_UNSUPPORTED_MEDIA_TYPE, "Send an image/png or an image/jpeg"
        )
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > storage.MAX_SIZE:
            raise HTTPException(
                status.HTTP_413_CONTENT_TOO_LARGE, f"At most {storage.MAX_SIZE} bytes"
            )
    if not body.startswith(signature):
        raise invalid(f"is not an {media_type}")
    return bytes(body)


@router.get(
    "",
    summary="The book's cover",
    response_class=FileResponse,
    responses=NOT_FOUND
    | {
        200: {"content": IMAGE, "headers": header("ETag", "Changes when the image does.")},
        206: {"description": "The range that was asked for.", "content": IMAGE},
        400: {"description": "The range is malformed.", "content": {"text/plain": {}}},
        416: {"description": "No such range.", "content": {"text/plain": {}}},
    },
)
def get_cover(book: BookDep) -> FileResponse:
    path = storage.cover_path(book.id)
    try:
        media_type = storage.cover_media_type(path)
    except FileNotFoundError:
        raise not_found("Cover") from None
    return FileResponse(path, media_type=media_type, headers={"X-Content-Type-Options": "nosniff"})


@router.put(
    "",
    summary="Set the book's cover",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(require_staff)],
    responses=FORBIDDEN
    | NOT_FOUND
    | {
        413: {"model": Message, "description": "The image is larger than is taken."},
        415: {"model": Message, "description": "The body is neither a PNG nor a JPEG."},
    },
    openapi_extra={"requestBody": {"required": True, "content": IMAGE}},
)
def put_cover(book: BookDep, image: Annotated[bytes, Depends(read_image)]) -> None:
    """The body is the image itself, at most 1,048,576 bytes.

    It begins with the signature of the type that `Content-Type` names, or it is invalid.
    """
    storage.write_cover(book.id, image)
