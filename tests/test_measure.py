"""The measurements: that they count what they say they count."""

import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guide.errors import AppFailed, ManifestError
from guide.judge import load_data
from guide.manifest import App, known, load_app
from guide.measure import load, size, speed, traffic, tree
from guide.measure.answers import source
from guide.measure.speed import Target, cost_us, summarize
from guide.seed.generate import as_bytes, generate
from guide.suite.client import Data
from tests.conftest import MakeApp

GET = traffic.request("GET", "/")


class Server(ThreadingHTTPServer):
    """Answers as `behave` says, and remembers what it was asked."""

    behave = "length"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, str]] = []
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_GET(self) -> None:
        behave = self.server.behave
        self.server.asked.append({name.lower(): value for name, value in self.headers.items()})
        if behave == "slow":
            time.sleep(0.05)
        if behave == "drop":
            self.close_connection = True
            return
        self.send_response(503 if behave == "failing" else 200)
        if behave == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: 1\r\n\r\n")
        elif behave == "until close":
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"abc")
        else:
            self.send_header("Content-Length", "3")
            self.end_headers()
            self.wfile.write(b"abc")
        # Closed after the answer without a word of it before: the client meets a dead connection.
        self.close_connection = behave in ("until close", "closing")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.mark.parametrize("behave", ["length", "chunked", "until close", "closing"])
def test_closed_loop_reads_every_framing(server: Server, behave: str) -> None:
    server.behave = behave
    result = load.closed_loop(server.url, [GET] * 30, connections=3)
    assert result.statuses == {200: 30}
    assert result.failed == 0
    assert len(result.latencies) == 30


def test_closed_loop_keeps_connections(server: Server) -> None:
    load.closed_loop(server.url, [GET] * 30, connections=3)
    assert server.connections == 3


def test_failures_are_counted(server: Server) -> None:
    server.behave = "failing"
    assert load.closed_loop(server.url, [GET] * 5, connections=1).failed == 5
    server.behave = "drop"
    assert load.closed_loop(server.url, [GET] * 5, connections=1).statuses == {0: 5}


def test_nobody_there() -> None:
    result = load.closed_loop("http://127.0.0.1:1", [GET] * 3, connections=1)
    assert result.statuses == {0: 3}


def test_waiting_counts_at_a_constant_rate(server: Server) -> None:
    """100 a second at a server that does 20 on one connection: the last one waits for seconds."""
    server.behave = "slow"
    closed = load.closed_loop(server.url, [GET] * 20, connections=1)
    rated = load.constant_rate(server.url, [GET] * 20, rate=100, connections=1)
    assert closed.percentile(1) < 0.3
    assert rated.percentile(1) > 0.6
    assert rated.statuses == {200: 20}


def test_constant_rate_is_kept(server: Server) -> None:
    begun = time.perf_counter()
    load.constant_rate(server.url, [GET] * 20, rate=40)
    assert 0.4 < time.perf_counter() - begun < 2


def test_ten_headers_of_a_browser(server: Server) -> None:
    load.closed_loop(server.url, [GET], connections=1)
    assert len(traffic.BROWSER) == 10
    assert set(server.asked[0]) == {name.lower() for name in traffic.BROWSER}


@given(st.lists(st.floats(0, 100), min_size=1), st.floats(0, 1))
def test_percentiles_are_of_the_latencies(latencies: list[float], share: float) -> None:
    found = load.Result(latencies=latencies).percentile(share)
    assert found in latencies
    assert sum(each <= found for each in latencies) >= math.floor(share * len(latencies))


BUSY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
print(child.pid, flush=True)
time.sleep(60)
"""


def test_cpu_of_the_whole_tree() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BUSY], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        try:
            assert set(tree.pids(parent.pid)) == {parent.pid, child}
            before, begun = tree.cpu_seconds(parent.pid), time.perf_counter()
            while tree.cpu_seconds(parent.pid) - before < 0.2:
                assert time.perf_counter() - begun < 30, "the busy child is not counted"
            assert tree.memory_mb(parent.pid) > tree.memory_mb(child) > 1
        finally:
            os.kill(child, 9)
            parent.kill()


def test_a_process_that_is_gone_costs_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as process:
        process.wait()
    assert tree.cpu_seconds(process.pid) == 0
    assert tree.memory_mb(process.pid) == 0


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    path = tmp_path_factory.mktemp("data") / "bookshop.json"
    path.write_bytes(as_bytes(generate()))
    return load_data(path)


class Tokens:
    """As much of a shop as traffic needs."""

    def __init__(self, data: Data) -> None:
        self.data = data

    def token(self, username: str) -> str:
        return username


def test_traffic_is_the_same_for_all(data: Data) -> None:
    one, two = (traffic.Traffic(Tokens(data)) for _ in range(2))  # type: ignore[arg-type]
    for operation in (*(each.key for each in traffic.OPERATIONS), traffic.MIX):
        assert one.requests(operation, 20) == two.requests(operation, 20)
    assert sum(each.share for each in traffic.OPERATIONS) == 100
    assert len(traffic.OPERATIONS) == 6


def test_wrong_answers_are_no_measurement(server: Server, data: Data) -> None:
    server.behave = "failing"
    target = Target("x", server.url, os.getpid(), traffic.Traffic(Tokens(data)))  # type: ignore[arg-type]
    with pytest.raises(AppFailed, match=r"x: read was answered \{503: 4\}"):
        cost_us(target, "read", 4)


def test_a_failing_framework_leaves_the_others(
    server: Server, data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    fine = [replace(operation, status=(200,)) for operation in traffic.OPERATIONS]
    monkeypatch.setattr("guide.measure.speed.OPERATIONS", fine)
    good = Target("good", server.url, os.getpid(), Only(data))
    gone = Target("gone", "http://127.0.0.1:1", os.getpid(), Only(data))
    costs, problems = speed.measure_speed([gone, good], 2, 3, lambda _: None)
    assert set(costs) == {"good"}
    assert len(costs["good"]["read"]) == 2
    assert problems["gone"].startswith("gone: read was answered {0:")


class Only(traffic.Traffic):
    """Asks for nothing but `/`, and takes its answer for every operation's."""

    def __init__(self, data: Data) -> None:
        super().__init__(Tokens(data))  # type: ignore[arg-type]

    def requests(self, _: str, count: int) -> list[bytes]:
        return [GET] * count


def test_ratios_are_of_rounds() -> None:
    costs = {"a": {"read": [10.0, 20.0, 30.0]}, "b": {"read": [20.0, 20.0, 90.0]}}
    found = summarize(costs, "a")
    assert found["a"]["read"]["ratio"] == {"median": 1.0, "low": 1.0, "high": 1.0}
    assert found["b"]["read"] == {
        "cpu_us": 20.0,
        "ratio": {"median": 2.0, "low": 1.5, "high": 2.5},
        "rounds": [20.0, 20.0, 90.0],
    }


SOURCE = '''"""A docstring
of two lines."""

import os  # a comment beside code counts as code


# a comment
class A:
    """Another."""

    x = """a string
    that is no docstring"""

    def f(self):
        """Only a docstring."""
'''


def test_lines_of_python() -> None:
    assert size.lines_of_python(SOURCE) == 5  # import, class, two of the string, def
    assert size.lines_of_python("") == 0


def test_style_does_not_count() -> None:
    golfed = "import os;import sys\nx=[1,\n2,\n3]\n"
    assert size.lines_of_python(size.formatted(golfed)) == 3


def test_lines_by_kind(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("import os\n")
    (tmp_path / "a.py").write_text("import os\nimport sys\n")
    (tmp_path / "spec.yaml").write_text("# a comment\n\nopenapi: 3.1.0\n")
    (tmp_path / "p.ini").write_text("; a comment\n[x]\ny = 1\n")
    kinds = {
        "tests": ["tests/**/*.py"],
        "spec": ["*.yaml"],
        "config": ["*.ini"],
        "app": ["**/*.py"],
    }
    app = App("x", tmp_path, "X", [], [], [], [], kinds)
    assert size.count_lines(app) == {"tests": 1, "spec": 1, "config": 2, "app": 2}


def test_source_side_by_side(apps: Path, make_app: MakeApp) -> None:
    make_app("one")
    folder = apps / "one"
    (folder / "views.py").write_text(
        "class A:\n    @staticmethod\n    def get():\n        return 1\n"
    )
    manifest = folder / "app.toml"
    manifest.write_text(manifest.read_text() + '[show]\nread = ["views.py:A.get", "views.py"]\n')
    [piece, whole] = source(load_app("one", apps))["read"]
    assert piece == {
        "file": "views.py",
        "source": "    @staticmethod\n    def get():\n        return 1",
    }
    assert whole["source"].startswith("class A:")
    (folder / "spec.yaml").write_text("a:\n  Book:\n    type: object\n    x: 1\n  Other: 2\n")
    manifest.write_text(manifest.read_text().replace('"views.py"]', '"spec.yaml:Book"]'))
    assert (
        source(load_app("one", apps))["read"][1]["source"] == "  Book:\n    type: object\n    x: 1"
    )
    manifest.write_text(manifest.read_text().replace("A.get", "A.put"))
    with pytest.raises(ManifestError, match=r"names views\.py:A\.put, which is not there"):
        source(load_app("one", apps))


def test_every_app_counts_and_shows() -> None:
    for key in known():
        app = load_app(key)
        lines = size.count_lines(app)
        assert lines["app"] > 300, key
        assert lines["tests"] > 50, key
        assert set(lines) <= {"tests", "generated", "spec", "config", "load", "app"}
        assert source(app), f"{key} shows no endpoint"


def test_closed_loop_ends_when_the_server_never_answers(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "REQUEST_SECONDS", 0.02)
    server.behave = "slow"
    result = load.closed_loop(server.url, [GET] * 2, connections=1)
    assert result.statuses == {0: 2}
