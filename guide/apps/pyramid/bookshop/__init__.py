"""The bookshop: a JSON API, described by openapi.yaml and served by Pyramid."""

import os
from pathlib import Path
from typing import Any

from pyramid.config import Configurator
from pyramid.router import Router

# Settings that are secret, or differ from host to host, come from the environment.
ENVIRONMENT = {
    "sqlalchemy.url": "DATABASE_URL",
    "bookshop.secret": "SECRET_KEY",
    "bookshop.media": "MEDIA_DIR",
}


def read_environment(settings: dict[str, Any]) -> dict[str, Any]:
    missing = {name: os.environ[key] for name, key in ENVIRONMENT.items() if name not in settings}
    return {**settings, **missing}


def main(global_config: dict[str, str], **settings: Any) -> Router:
    """Return the WSGI application (the app factory that the ini files name)."""
    with Configurator(settings=read_environment(settings)) as config:
        config.include("pyramid_openapi3")
        config.include(".validation")
        config.pyramid_openapi3_spec(str(Path(__file__).with_name("openapi.yaml")))
        config.pyramid_openapi3_add_explorer(route="/docs")
        config.include(".models")
        config.include(".renderers")
        config.include(".routes")
        config.include(".security")
        config.scan()
    return config.make_wsgi_app()
