"""The first endpoints: their manifests, one run for real, and what is no first endpoint."""

import textwrap
from pathlib import Path

import pytest

from guide import paths
from guide.environments import Environment
from guide.errors import AppFailed, ManifestError
from guide.interpreter import newest
from guide.manifest import known
from guide.measure.first import FOLDER, load_first, measure_first, source, start_times

FRAMEWORKS = ("drf", "fastapi", "flask", "pyramid", "restive")
MANIFEST = """
    name = "Tiny"
    page = "https://example.org/"
    followed = "nothing"
    files = ["server.py"]
    serve = "python server.py"
    port = 6543
    concepts = ["none"]
"""
# Greets whatever is asked, and refuses as `{refusal}` says.
SERVER = """
    import http.server, json

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            times = self.path.partition("times=")[2]
            greeting = {{"message": " ".join(["{greeting}"] * 3)}}
            status, body = (200, greeting) if times == "3" else {refusal}
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *arguments):
            pass

    http.server.HTTPServer(("127.0.0.1", 6543), Handler).serve_forever()
"""


def write(folder: Path, greeting: str = "Hello, Ada!", refusal: str = "(422, [])") -> None:
    (folder / "tiny").mkdir()
    (folder / "tiny" / "first.toml").write_text(textwrap.dedent(MANIFEST))
    (folder / "tiny" / "requirements.txt").write_text("")
    server = textwrap.dedent(SERVER).format(greeting=greeting, refusal=refusal)
    (folder / "tiny" / "server.py").write_text(server)


def test_every_framework_of_the_guide_has_a_first_endpoint() -> None:
    assert set(known()) == set(FRAMEWORKS)


@pytest.mark.parametrize("key", FRAMEWORKS)
def test_manifest_is_complete(key: str) -> None:
    first = load_first(key)
    assert first.page.startswith("https://") or (paths.REPOSITORY / first.page).exists()
    assert first.followed
    assert len(set(first.concepts)) == len(first.concepts) > 0
    assert all(each["source"].strip() for each in source(first))
    assert set(first.appended) <= set(first.files)
    assert all((first.folder / each / "pyproject.toml").exists() for each in first.projects)
    pins = (first.folder / "requirements.txt").read_text().splitlines()
    assert all("==" in pin for pin in pins)
    # The port is either filled in or stands in the source, to be replaced.
    text = "".join(each["source"] for each in source(first))
    assert ("{port}" in first.serve) != (first.port is not None and str(first.port) in text)


@pytest.mark.parametrize("key", FRAMEWORKS)
def test_readme_names_every_first_endpoint(key: str) -> None:
    assert f"({key}/first.toml)" in (FOLDER / "README.md").read_text()


def test_first_endpoint_of_flask_is_measured(tmp_path: Path) -> None:
    found = measure_first("flask", newest(), tmp_path / "first")
    keys = {"source", "lines", "concepts", "install_seconds", "start_seconds"}
    assert set(found) == keys
    assert found["source"] == source(load_first("flask"))
    text = (paths.GUIDE / "first" / "flask" / "hello.py").read_text()
    assert found["lines"] == sum(bool(line.strip()) for line in text.splitlines())
    assert found["install_seconds"] > found["start_seconds"] > 0  # type: ignore[operator]


@pytest.mark.parametrize(
    ("greeting", "refusal", "said"),
    [
        ("Hi, Ada!", "(422, [])", "times=3 was answered 200"),
        ("Hello, Ada!", "(200, greeting)", "times=0 was answered 200, not refused"),
        ("Hello, Ada!", "(500, [])", "times=0 was answered 500, not refused"),
    ],
)
def test_wrong_answers_are_not_measured(
    tmp_path: Path, greeting: str, refusal: str, said: str
) -> None:
    write(tmp_path, greeting, refusal)
    first = load_first("tiny", tmp_path)
    environment = Environment("tiny", newest(), [first.folder / "requirements.txt"])
    environment.ensure(print)
    (tmp_path / "run").mkdir()
    with pytest.raises(AppFailed, match=said):
        start_times(first, environment, tmp_path / "run", starts=1)


def test_manifest_that_lacks_something(tmp_path: Path) -> None:
    write(tmp_path)
    manifest = tmp_path / "tiny" / "first.toml"
    manifest.write_text(manifest.read_text().replace("concepts", "conceptions"))
    with pytest.raises(ManifestError, match=r"first\.toml: .*conceptions"):
        load_first("tiny", tmp_path)
    with pytest.raises(ManifestError, match="cannot be read"):
        load_first("bottle", tmp_path)
