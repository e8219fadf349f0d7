"""The clients for users' tests."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from typing import Any

import httpx2
import pytest

from restive import App, BackgroundTasks, NotFound, Request, Stream
from restive.testing import AsyncClient, Client
from tests.restive.wire.rig import Rig, ok, run

EVENTS: list[str] = []


@pytest.fixture(autouse=True)
def _no_events() -> None:
    EVENTS.clear()


async def lifespan() -> AsyncIterator[None]:
    EVENTS.append("start")
    yield
    EVENTS.append("stop")


async def later(word: str) -> None:
    await asyncio.sleep(0.02)
    EVENTS.append(word)


async def letters() -> AsyncIterator[bytes]:
    try:
        for letter in (b"a", b"b", b"c"):
            EVENTS.append(letter.decode())
            yield letter
    finally:
        EVENTS.append("closed")


def app() -> App:
    made = App(lifespan=lifespan)

    @made.get("/hello/{name}")
    async def hello(name: str) -> dict[str, str]:
        return {"message": f"Hello, {name}"}

    @made.post("/echo")
    async def echo(request: Request, body: dict[str, int]) -> dict[str, Any]:
        return {"body": body, "cookies": request.cookies, "host": request.headers["host"]}

    @made.get("/missing")
    async def missing() -> None:
        raise NotFound("Not here.")

    @made.get("/boom")
    async def boom() -> None:
        raise KeyError("boom")

    @made.post("/work")
    async def work(tasks: BackgroundTasks) -> None:
        tasks.add(later, "worked")

    @made.get("/stream")
    async def stream() -> Stream:
        return Stream(letters())

    @made.get("/broken")
    async def broken() -> Stream:
        return Stream(half())

    return made


async def half() -> AsyncIterator[bytes]:
    yield b"half"
    raise ValueError("broken off")


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(app()) as made:
        yield made


def test_requests(client: Client) -> None:
    response = client.get("/hello/Ada Lovelace")
    assert (response.status_code, response.json()) == (200, {"message": "Hello, Ada Lovelace"})
    assert response.headers["content-type"] == "application/json"
    response = client.post("/echo", json={"a": 1}, headers={"cookie": "a=1"})
    assert response.json() == {"body": {"a": 1}, "cookies": {"a": "1"}, "host": "testserver"}
    assert client.get("/missing").json()["detail"] == "Not here."
    assert client.head("/hello/Ada").content == b""


def test_with_runs_the_lifespan() -> None:
    client = Client(app())
    assert EVENTS == []
    with client:
        assert EVENTS == ["start"]
        client.get("/hello/a")
        client.get("/hello/a")
    assert EVENTS == ["start", "stop"]


def test_without_with_the_first_request_starts_the_app() -> None:
    client = Client(app())
    assert client.get("/hello/a").status_code == 200
    assert EVENTS == ["start"]
    client.close()
    assert EVENTS == ["start", "stop"]


def test_a_client_that_nobody_closes_is_closed_at_the_end() -> None:
    program = """
from restive import App
from restive.testing import Client
async def lifespan():
    yield
    print("stopped")
app = App(lifespan=lifespan)
@app.get("/")
async def root() -> dict[str, str]:
    return {}
client = Client(app)
print(client.get("/").status_code)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout.split() == ["200", "stopped"]
    assert done.stderr == ""


def test_a_start_that_fails_is_raised() -> None:
    async def broken() -> AsyncIterator[None]:
        raise ValueError("no database")
        yield

    threads = threading.active_count()
    with pytest.raises(ValueError, match="no database"), Client(App(lifespan=broken)):
        pass
    assert threading.active_count() == threads


def test_background_work_is_awaited(client: Client) -> None:
    assert client.post("/work").status_code == 204
    assert EVENTS == ["start", "worked"]


def test_errors_are_what_clients_see(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    response = client.get("/boom")
    assert (response.status_code, response.headers["content-type"]) == (
        500,
        "application/problem+json",
    )
    assert "boom" not in response.text
    assert any(record.exc_info for record in caplog.records)


def test_errors_can_be_raised() -> None:
    with Client(app(), raise_errors=True) as client:
        with pytest.raises(KeyError, match="boom"):
            client.get("/boom")
        with pytest.raises(ValueError, match="broken off"):
            client.get("/broken")
        assert client.get("/missing").status_code == 404


def test_a_stream_comes_as_it_is_made(client: Client) -> None:
    with client.stream("GET", "/stream") as response:
        chunks = response.iter_raw()
        assert next(chunks) == b"a"
        assert "c" not in EVENTS
        assert list(chunks) == [b"b", b"c"]
    assert EVENTS[-1] == "closed"


def test_leaving_a_stream_closes_it(client: Client) -> None:
    with client.stream("GET", "/stream") as response:
        next(response.iter_raw())
    assert EVENTS[-1] == "closed"
    assert "c" not in EVENTS


def test_a_stream_that_breaks_off(client: Client) -> None:
    with pytest.raises(httpx2.RemoteProtocolError, match="cut short"):
        client.get("/broken")


def test_options_are_those_of_httpx2() -> None:
    with Client(app(), headers={"x-a": "1"}, base_url="https://api.example:8443") as client:
        assert client.post("/echo", json={}).json()["host"] == "api.example:8443"
        assert client.headers["x-a"] == "1"


def test_uploads_may_be_iterators(client: Client) -> None:
    def parts() -> Iterator[bytes]:
        yield b'{"a"'
        yield b": 1}"

    headers = {"content-type": "application/json"}
    assert client.post("/echo", content=parts(), headers=headers).json()["body"] == {"a": 1}


def test_any_target_will_do_and_nothing_else() -> None:
    with Client(Rig(x=lambda _: ok("hi"))) as client:
        assert client.get("/x").text == "hi"
    with pytest.raises(TypeError, match=r"is not a Restive app.*ASGITransport"):
        Client(lambda scope, receive, send: None)


def test_requests_from_several_threads(client: Client) -> None:
    found: list[str] = []

    def get(name: str) -> None:
        found.append(client.get(f"/hello/{name}").json()["message"])

    threads = [threading.Thread(target=get, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [f"Hello, {n}" for n in range(8)]


# --- the async client


def test_async_requests() -> None:
    async def main() -> None:
        async with AsyncClient(app()) as client:
            assert EVENTS == ["start"]
            response = await client.get("/hello/Ada")
            assert response.json() == {"message": "Hello, Ada"}
            await client.post("/work")
            assert EVENTS == ["start", "worked"]
        assert EVENTS == ["start", "worked", "stop"]

    run(main(), plain=True)


def test_async_streams() -> None:
    async def main() -> None:
        async with AsyncClient(app()) as client:
            async with client.stream("GET", "/stream") as response:
                chunks = response.aiter_raw()
                assert await anext(chunks) == b"a"
                assert "c" not in EVENTS
            assert EVENTS[-1] == "closed"
            with pytest.raises(httpx2.RemoteProtocolError):
                await client.get("/broken")

    run(main())


def test_async_without_with() -> None:
    async def main() -> None:
        client = AsyncClient(app())
        responses = await asyncio.gather(*(client.get("/hello/a") for _ in range(5)))
        assert [response.status_code for response in responses] == [200] * 5
        await client.aclose()
        assert EVENTS == ["start", "stop"]

    run(main())


def test_a_cancelled_request_is_a_client_that_left() -> None:
    ends: list[Any] = []

    async def stuck(request: Request) -> Any:
        request.finish = ends.append
        await asyncio.Event().wait()

    async def main() -> None:
        async with AsyncClient(Rig(stuck=stuck)) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await client.get("/stuck")
            assert isinstance(ends[0], asyncio.CancelledError)

    run(main())


VAR: ContextVar[str] = ContextVar("VAR", default="unset")


def test_a_request_has_none_of_the_tests_variables() -> None:
    async def main() -> None:
        VAR.set("test")
        async with AsyncClient(Rig(x=lambda _: ok(VAR.get()))) as client:
            assert (await client.get("/x")).text == "unset"

    run(main())


def test_nothing_is_left_behind() -> None:
    threads = threading.active_count()
    for _ in range(3):
        with Client(app()) as client:
            client.get("/hello/a")
    assert threading.active_count() == threads


def test_httpx2_missing() -> None:
    program = """
import sys
sys.modules["httpx2"] = None
try:
    import restive.testing
except ImportError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout.strip() == (
        "restive.testing needs httpx2. Install it with: pip install 'restive[standard]'."
    )
