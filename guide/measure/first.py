"""The first endpoint (guide/first): its lines, its concepts, and the time until it answers."""

import http.client
import json
import shutil
import statistics
import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guide import paths, processes
from guide.environments import Environment
from guide.errors import AppFailed, ManifestError
from guide.interpreter import Interpreter
from guide.manifest import App
from guide.measure.size import lines_of
from guide.processes import HOST, Place, Server, free_port

FOLDER = paths.GUIDE / "first"
ASKED = "/hello/Ada?times=3"
ANSWER = {"message": "Hello, Ada! Hello, Ada! Hello, Ada!"}
REFUSED = ("0", "11", "2.5", "three")
_SECONDS = 10


@dataclass(frozen=True)
class First:
    """One framework's first endpoint, as its `first.toml` describes it (guide/first/README.md).

    port: the one that the source names, to be replaced by a free one; None when there is none.
    projects: folders of projects, from the manifest's, that are installed beside what is pinned.
    """

    key: str
    folder: Path
    name: str
    page: str
    followed: str
    files: Sequence[str]
    appended: Sequence[str]
    setup: Sequence[str]
    serve: str
    port: int | None
    concepts: Sequence[str]
    projects: Sequence[str]


def load_first(key: str, folder: Path = FOLDER) -> First:
    """Read `first.toml` of the framework `key`.

    Raises ManifestError when there is none, or it lacks something.
    """
    path = folder / key / "first.toml"
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ManifestError(f"{path}: cannot be read: {error}") from error
    data = {"setup": [], "appended": [], "port": None, "projects": []} | data
    try:
        return First(key=key, folder=path.parent, **data)
    except TypeError as error:
        raise ManifestError(f"{path}: {error}") from error


def measure_first(
    key: str, interpreter: Interpreter, folder: Path, starts: int = 3, described: Path = FOLDER
) -> Mapping[str, object]:
    """Return what results hold as `first` of the framework `key`.

    folder: is made anew; environment, source and logs stay there.
    starts: of which the median is returned.
    described: where the folders of the first endpoints are.

    Raises ManifestError when there is no first endpoint for this framework, EnvironmentFailed when
    its packages cannot be installed, AppFailed when it does not start or answers wrongly.
    """
    first = load_first(key, described)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    begun = time.perf_counter()
    pins = [first.folder / "requirements.txt"]
    projects = [(first.folder / name).resolve() for name in first.projects]
    environment = Environment(f"first-{key}", interpreter, pins, folder, projects)
    environment.ensure(lambda _: None)
    installed = time.perf_counter() - begun
    started = start_times(first, environment, folder, starts)
    return {
        "source": source(first),
        "lines": sum(lines_of(first.folder / name) for name in first.files),
        "concepts": list(first.concepts),
        "install_seconds": round(installed, 1),
        "start_seconds": round(statistics.median(started), 3),
    }


def source(first: First) -> list[dict[str, str]]:
    """Return what a newcomer writes, as `file` and `source` of each."""
    end = {name: f"{name}, at its end" for name in first.appended}
    return [{"file": end.get(name, name), "source": _read(first, name)} for name in first.files]


def _read(first: First, name: str) -> str:
    return (first.folder / name).read_text(encoding="utf-8")


def start_times(first: First, environment: Environment, folder: Path, starts: int) -> list[float]:
    """Start a copy of the app `starts` times; return the seconds until each first right answer.

    folder: exists, and is this run's own.

    Raises AppFailed when there is none, or when what has to be refused is not.
    """
    port = free_port()
    app = _app(first, folder / "app")
    place = Place.make(folder / "run", "sqlite://")
    processes.prepare(app, environment, place, folder)
    _write(first, app.folder, port)
    return [_start_seconds(_HelloServer(app, environment, place, port)) for _ in range(starts)]


def _start_seconds(server: Server) -> float:
    begun = time.perf_counter()
    with server:
        seconds = time.perf_counter() - begun
        for times in REFUSED:
            _check_refusal(server, times)
    return seconds


def _app(first: First, folder: Path) -> App:
    """Return the record with which the guide runs apps, for a copy in `folder`, which is made."""
    folder.mkdir()
    return App(
        key=f"first endpoint, {first.key}",
        folder=folder,
        name=first.name,
        packages=(),
        prepare=[command.split() for command in first.setup],
        serve=first.serve.split(),
        test=(),
    )


def _write(first: First, folder: Path, port: int) -> None:
    """Write the newcomer's files to where the commands of `setup` have been run."""
    for name in first.files:
        path, text = folder / name, _read(first, name)
        if first.port is not None:
            text = text.replace(str(first.port), str(port))
        if name in first.appended:
            text = path.read_text(encoding="utf-8") + text
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


class _HelloServer(Server):
    """A server that is ready when it greets."""

    def answers(self, seconds: float = 5) -> bool:
        """Return whether it answers within `seconds`; raise AppFailed if that is not a greeting."""
        try:
            status, body = _ask(self.port, ASKED, seconds)
        except (OSError, http.client.HTTPException):
            return False
        if (status, _json(body)) != (200, ANSWER):
            raise AppFailed(f"{self.app.key}: {ASKED} was answered {status}: {body[:200]!r}")
        return True


def _check_refusal(server: Server, times: str) -> None:
    """Raise AppFailed unless `times` is refused with a 4xx status and JSON."""
    path = f"/hello/Ada?times={times}"
    try:
        status, body = _ask(server.port, path, _SECONDS)
    except (OSError, http.client.HTTPException) as error:
        raise AppFailed(f"{server.app.key}: {path} was not answered: {error}") from error
    if not 400 <= status < 500 or _json(body) is None:
        raise AppFailed(f"{server.app.key}: {path} was answered {status}, not refused in JSON.")


def _json(body: bytes) -> Any:
    """Return what the body says in JSON, or None when it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def _ask(port: int, path: str, seconds: float) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(HOST, port, timeout=seconds)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
