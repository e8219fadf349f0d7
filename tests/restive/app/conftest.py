"""`serve(app)` starts an app on each wire in turn, behind Lint, and gives a client for it."""

from collections.abc import Callable

import pytest

from restive import App
from tests.restive.app.driver import Client
from tests.restive.conftest import ServeLinted

Serve = Callable[[App], Client]


@pytest.fixture
def serve(serve_linted: ServeLinted) -> Serve:
    return serve_linted
