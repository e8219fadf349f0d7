"""For those who run the service."""

from flask.views import MethodView
from flask_smorest import abort
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from ..database import db
from ..rest import Blueprint
from ..schemas import HealthSchema

blp = Blueprint("service", __name__, description="For those who run the service.")


@blp.route("/health")
class Health(MethodView):
    @blp.doc(operationId="getHealth")
    @blp.response(200, HealthSchema)
    @blp.errors(503)
    def get(self) -> dict[str, str]:
        """Whether the app is up and reaches its database"""
        try:
            db.session.execute(select(1))
        except OperationalError:
            abort(503, message="The database cannot be reached.")
        return {"status": "ok"}
