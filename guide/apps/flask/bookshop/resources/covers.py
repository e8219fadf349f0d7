"""The covers of the books."""

from flask import Response, current_app, request, send_from_directory
from flask.views import MethodView
from flask_smorest import abort

from .. import covers
from ..database import db, get_for_update_or_404
from ..models import Book
from ..rest import Blueprint
from . import ID

blp = Blueprint("covers", __name__, description="The covers of the books.")

IMAGE = {"type": "string", "format": "binary"}
ETAG = {"ETag": {"required": True, "schema": {"type": "string"}}}
BODY = {
    "required": True,
    "content": {mimetype: {"schema": IMAGE} for mimetype in covers.SIGNATURES},
}


@blp.route(f"/books/{ID}/cover")
class Cover(MethodView):
    @blp.doc(operationId="getCover")
    @blp.response(200, IMAGE, content_type="image/png", headers=ETAG)
    @blp.alt_response(200, schema=IMAGE, content_type="image/jpeg")
    @blp.alt_response(206, schema=IMAGE, content_type="image/png")
    @blp.alt_response(206, schema=IMAGE, content_type="image/jpeg")
    @blp.errors(304, 404, 412, 416)
    def get(self, id: int) -> Response:
        """The book's cover"""
        name = covers.find(id)
        if name is None:
            abort(404)
        return send_from_directory(covers.folder(), name, conditional=True)

    @blp.staff_required
    @blp.doc(operationId="putCover", requestBody=BODY)
    @blp.response(204)
    @blp.errors(404, 413, 415, 422)
    def put(self, id: int) -> None:
        """Set the book's cover

        The body is the image itself, and begins with the signature of the type that
        `Content-Type` names.
        """
        if request.mimetype not in covers.SIGNATURES:
            abort(415, message="A cover is image/png or image/jpeg.")
        image = request.get_data()
        if len(image) > current_app.config["MAX_COVER_SIZE"]:
            abort(413)
        if not image.startswith(covers.SIGNATURES[request.mimetype]):
            abort(422, errors={"body": [f"Not of the type {request.mimetype}."]})
        # The lock keeps the book from being deleted meanwhile.
        get_for_update_or_404(Book, id)
        covers.store(id, request.mimetype, image)
        db.session.commit()
