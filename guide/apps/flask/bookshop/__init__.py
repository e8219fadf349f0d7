"""The bookshop, as a Flask application."""

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from flask_smorest import Api
from flask_swagger_ui import get_swaggerui_blueprint
from flask_talisman import Talisman

from . import cli, config
from .auth import jwt
from .database import db
from .resources import account, authors, books, covers, health, orders
from .rest import schema_name


def create_app() -> Flask:
    app = Flask(__name__)
    app.config.from_object(config)
    app.config.from_mapping(config.from_environment())
    app.json.sort_keys = False

    db.init_app(app)
    jwt.init_app(app)
    # TLS ends at the reverse proxy, which is where redirects to it belong.
    Talisman(app, force_https=False, content_security_policy=config.CONTENT_SECURITY_POLICY)
    app.register_blueprint(get_swaggerui_blueprint("/swagger-ui", "/openapi.json"))

    plugin = MarshmallowPlugin(schema_name_resolver=schema_name)
    api = Api(app, spec_kwargs={"marshmallow_plugin": plugin})
    for resource in (authors, books, covers, orders, account, health):
        api.register_blueprint(resource.blp)

    app.cli.add_command(cli.init_db)
    app.cli.add_command(cli.load_data)
    return app
