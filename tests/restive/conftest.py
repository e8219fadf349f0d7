"""`serve_linted(app)` starts an app, behind Lint, on each of the three wires in turn."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.restive.app.driver import Client, Loop
from tests.restive.wires import WIRES, serving

# Processes that tests start import the package from here, as the tests themselves do.
SRC = str(Path(__file__).resolve().parents[2] / "src")
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [SRC, os.environ.get("PYTHONPATH")]))

ServeLinted = Callable[[Any], Client]


@pytest.fixture(scope="session")
def wire_loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.close()


@pytest.fixture(params=WIRES)
def serve_linted(request: pytest.FixtureRequest, wire_loop: Loop) -> Iterator[ServeLinted]:
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(serving(app, request.param, wire_loop))
