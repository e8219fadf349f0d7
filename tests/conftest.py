"""Small frameworks for the guide to judge: each a folder with one standard-library server."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from guide import paths

# Answers /health; what it does at other paths is what each test is about.
SERVER = """
    import json, os, sys, time
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            if self.path != "/health":
                {mischief}
            body = json.dumps({{"status": "ok"}}).encode()
            self.send_response(200 if self.path == "/health" else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer

        def log_message(self, *arguments):
            pass

    {start}
    ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
"""

MakeApp = Callable[..., None]


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder of environments for all tests: apps of one name and the same pins share theirs."""
    return tmp_path_factory.mktemp("envs")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, environments: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep everything that the guide makes out of the repository."""
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / "envs").symlink_to(environments)
    monkeypatch.setattr(paths, "STATE", folder)
    return folder


@pytest.fixture
def apps(tmp_path: Path) -> Path:
    """An empty folder of apps."""
    folder = tmp_path / "apps"
    folder.mkdir()
    return folder


@pytest.fixture
def make_app(apps: Path) -> MakeApp:
    """Make an app.

    mischief: a statement for each request but those to /health; start: one before serving.
    """

    def make(
        key: str,
        *,
        mischief: str = "pass",
        start: str = "pass",
        prepare: str = "[]",
        requirements: str = "",
        gaps: str = "",
    ) -> None:
        folder = apps / key
        folder.mkdir()
        (folder / "server.py").write_text(
            textwrap.dedent(SERVER).format(mischief=mischief, start=start)
        )
        (folder / "requirements.txt").write_text(requirements)
        (folder / "gaps.toml").write_text(gaps)
        (folder / "app.toml").write_text(
            f'name = "{key.title()}"\npackages = []\nprepare = {prepare}\n'
            'serve = "python server.py {host} {port}"\n'
            'test = "python -c pass"\n'
        )

    return make
