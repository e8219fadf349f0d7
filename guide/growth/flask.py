"""Flask with flask-smorest: a blueprint for each package, a MethodView for each URL.

The factory and the packages with blueprints are those of Flask's tutorial and page on blueprints,
the schemas and decorators those of flask-smorest's quickstart; all as in the bookshop.
"""

from collections.abc import Sequence
from string import Template

from guide.growth.plan import (
    CHOICES,
    LARGEST,
    STORE,
    TEXT_LENGTH,
    Package,
    joined,
    names,
    quoted,
    stores,
)

KINDS = {
    "text": f"fields.String(required=True, validate=validate.Length(min=1, max={TEXT_LENGTH}))",
    "integer": f"fields.Integer(required=True, validate=validate.Range(min=0, max={LARGEST}))",
    "number": "fields.Float(required=True, validate=validate.Range(min=0))",
    "boolean": "fields.Boolean(required=True)",
    "choice": f"fields.String(required=True, validate=validate.OneOf({quoted(list(CHOICES))}))",
}

FACTORY = Template('''\
"""The application factory."""

from flask import Flask
from flask_smorest import Api

from . import (
    config,
    health,
$imports)


def create_app() -> Flask:
    app = Flask(__name__)
    app.config.from_object(config)
    api = Api(app)
    api.register_blueprint(health.blp)
$registrations    return app
''')

CONFIG = """\
API_TITLE = "Growth"
API_VERSION = "1.0.0"
OPENAPI_VERSION = "3.1.0"
OPENAPI_URL_PREFIX = "/"
OPENAPI_JSON_PATH = "openapi.json"
OPENAPI_SWAGGER_UI_PATH = "docs"
OPENAPI_SWAGGER_UI_URL = "https://cdn.jsdelivr.net/npm/swagger-ui-dist/"
"""

HEALTH = """\
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields

blp = Blueprint("service", __name__)


class HealthSchema(Schema):
    status = fields.String(required=True)


@blp.route("/health")
class Health(MethodView):
    @blp.response(200, HealthSchema)
    def get(self):
        return {"status": "ok"}
"""

SCHEMAS_HEAD = "from marshmallow import Schema, fields, validate\n"
FIELD = "    $name = $kind\n"
SCHEMA = """

class ${Name}NewSchema(Schema):
$fields

class ${Name}Schema(${Name}NewSchema):
    id = fields.Integer(required=True)
"""

VIEWS_HEAD = Template("""\
from flask.views import MethodView
from flask_smorest import Blueprint, abort

from . import schemas, stores

blp = Blueprint("$package", __name__, url_prefix="/$package")
""")

VIEWS = """

@blp.route("/$name")
class ${Name}List(MethodView):
    @blp.response(200, schemas.${Name}Schema(many=True))
    def get(self):
        return stores.$NAME.all()

    @blp.arguments(schemas.${Name}NewSchema)
    @blp.response(201, schemas.${Name}Schema)
    def post(self, data):
        return stores.$NAME.add(data)


@blp.route("/$name/<int:id>")
class ${Name}ById(MethodView):
    @blp.response(200, schemas.${Name}Schema)
    @blp.alt_response(404, "NOT_FOUND")
    def get(self, id):
        row = stores.$NAME.get(id)
        if row is None:
            abort(404, message="There is no such thing.")
        return row
"""


def files(packages: Sequence[Package]) -> dict[str, str]:
    """Return the source of the app, by the path of each file."""
    written = {
        "bookshop/__init__.py": _factory(packages),
        "bookshop/config.py": CONFIG,
        "bookshop/health.py": HEALTH,
        "bookshop/store.py": STORE,
    }
    for package in packages:
        folder = f"bookshop/{package.name}"
        resources = [names(each, KINDS, FIELD) for each in package.resources]
        head = VIEWS_HEAD.substitute(package=package.name)
        written[f"{folder}/__init__.py"] = "from .resources import blp as blp\n"
        written[f"{folder}/schemas.py"] = SCHEMAS_HEAD + joined(SCHEMA, resources)
        written[f"{folder}/stores.py"] = stores(package, "..store")
        written[f"{folder}/resources.py"] = head + joined(VIEWS, resources)
    return written


def _factory(packages: Sequence[Package]) -> str:
    modules = [{"name": each.name} for each in packages]
    return FACTORY.substitute(
        imports=joined("    $name,\n", modules),
        registrations=joined("    api.register_blueprint($name.blp)\n", modules),
    )
