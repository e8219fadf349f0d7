"""Settings: the constants here, and what the environment says."""

import os
from datetime import timedelta
from typing import Any

from sqlalchemy import make_url

MAX_CONTENT_LENGTH = 2 * 1024 * 1024
MAX_COVER_SIZE = 1_048_576
JWT_ACCESS_TOKEN_EXPIRES = timedelta(hours=1)

API_TITLE = "Bookshop"
API_VERSION = "1.0.0"
OPENAPI_VERSION = "3.1.0"
OPENAPI_URL_PREFIX = "/"
OPENAPI_JSON_PATH = "openapi.json"
# flask-smorest's page, with the assets that the package flask-swagger-ui brings.
OPENAPI_SWAGGER_UI_PATH = "docs"
OPENAPI_SWAGGER_UI_URL = "/swagger-ui/"
API_SPEC_OPTIONS = {
    "info": {"license": {"name": "MIT", "identifier": "MIT"}},
    "servers": [{"url": "/"}],
    "components": {
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    },
}

CONTENT_SECURITY_POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    # Swagger UI's page starts itself with an inline script, and styles itself inline.
    "script-src": "'self' 'unsafe-inline'",
    "style-src": "'self' 'unsafe-inline'",
}


def from_environment() -> dict[str, Any]:
    url = make_url(os.environ["DATABASE_URL"])
    engine_options: dict[str, Any] = {"pool_pre_ping": True}
    if url.get_backend_name() == "sqlite":
        # Wait for the lock of another process rather than fail, and take it when a transaction
        # first writes, not when it commits.
        engine_options["connect_args"] = {"timeout": 30, "isolation_level": "IMMEDIATE"}
    return {
        "SECRET_KEY": os.environ["SECRET_KEY"],
        "MEDIA_DIR": os.environ["MEDIA_DIR"],
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options,
    }
