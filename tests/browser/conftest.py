"""Chromium for `make test-browser`. Other runs have not its tools, and leave this folder out."""

import importlib.util
import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# `make test` has no playwright. `make test-browser` fails there: pytest then finds no test at all.
collect_ignore_glob = [] if importlib.util.find_spec("playwright") else ["test_*.py"]

# Nothing of Chromium's own may call out: a request that is seen is then the page's.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A Chromium without a window: $CHROMIUM, or one on PATH; the run ends when there is none."""
    from playwright.sync_api import sync_playwright

    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        pytest.exit(
            "make test-browser needs Chromium: none of "
            f"{', '.join(PROGRAMS)} is on PATH. Debian: apt-get install chromium. "
            "Or set CHROMIUM to its path.",
            returncode=2,
        )
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield running
        running.close()
