"""What a wire owes an app, on every wire, with Lint between the two."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from typing import Any

import pytest

from restive.config import Limits
from restive.http.request import Request
from restive.http.response import NoContent, Response, Stream, Text
from tests.restive.app.driver import Cut
from tests.restive.conftest import ServeLinted
from tests.restive.wire.rig import Point, Rig, ok


def test_a_request_arrives_as_it_was_sent(serve_linted: ServeLinted) -> None:
    client = serve_linted(Rig())
    seen = client.request(
        "PUT", "/a%2Fb/../c?x=%20&y", headers=[("x-a", "1"), ("X-A", "\xe9")], body=b"\0body"
    ).json()
    assert (seen["method"], seen["path"], seen["query"]) == ("PUT", "/a%2Fb/../c", "x=%20&y")
    assert [value for name, value in seen["fields"] if name == "x-a"] == ["1", "\xe9"]
    assert seen["body"] == "\0body"


def test_answers_are_measured(serve_linted: ServeLinted) -> None:
    client = serve_linted(Rig(no_content=lambda _: NoContent(), not_modified=_not_modified))
    assert client.get("/").headers["content-length"] == str(len(client.get("/").body))
    empty = client.get("/no_content")
    assert (empty.status, empty.body, "content-length" in empty.headers) == (204, b"", False)
    cached = client.get("/not_modified")
    assert (cached.status, cached.body, cached.headers["etag"]) == (304, b"", '"a"')


def _not_modified(_: Request) -> Response:
    return Response(b"", 304, {"etag": '"a"'})


def test_a_given_content_length_is_not_doubled(serve_linted: ServeLinted) -> None:
    client = serve_linted(Rig(given=lambda _: Response(b"abc", headers={"content-length": "3"})))
    answer = client.get("/given")
    assert (answer.headers["content-length"], answer.body) == ("3", b"abc")


def test_head_has_the_fields_of_get_and_no_body(serve_linted: ServeLinted) -> None:
    rig = Rig(
        text=lambda _: Text("hello"),
        known=lambda _: Response(b"", headers={"content-length": "1000"}),
    )
    client = serve_linted(rig)
    answer = client.request("HEAD", "/text")
    assert (answer.body, answer.headers["content-length"]) == (b"", "5")
    assert client.request("HEAD", "/known").headers["content-length"] == "1000"


async def _later(request: Request) -> Response:
    await asyncio.sleep(0.001)
    return ok(request.body[::-1])


def test_awaited_answers(serve_linted: ServeLinted) -> None:
    client = serve_linted(Rig(later=_later))
    assert client.request("POST", "/later", body=b"abc").body == b"cba"


def test_finish_follows_the_answer_and_is_awaited(serve_linted: ServeLinted) -> None:
    ends: list[BaseException | None] = []
    done = threading.Event()

    async def wait(error: BaseException | None) -> None:
        await asyncio.sleep(0.001)
        ends.append(error)
        done.set()

    def in_place(request: Request) -> Response:
        request.finish = wait
        return ok()

    async def awaited(request: Request) -> Response:
        request.finish = wait
        return await _later(request)

    client = serve_linted(Rig(in_place=in_place, awaited=awaited))
    for path in ("/in_place", "/awaited"):
        done.clear()
        assert client.get(path).status == 200
        assert done.wait(2)
    assert ends == [None, None]


def eventually(true: Callable[[], bool]) -> None:
    """Wait, at most 2 s, for what may follow an answer."""
    for _ in range(200):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError


VAR: ContextVar[str] = ContextVar("VAR", default="unset")


@pytest.mark.parametrize("path", ["/in_place", "/awaited"])
def test_context_variables_stay_with_their_request(serve_linted: ServeLinted, path: str) -> None:
    ends = []

    def in_place(request: Request) -> Response:
        before = VAR.get()
        VAR.set(request.query_string.decode())
        request.finish = lambda _: ends.append(VAR.get())
        return ok(before)

    async def awaited(request: Request) -> Response:
        answer = in_place(request)
        await asyncio.sleep(0)
        assert VAR.get() == request.query_string.decode()
        return answer

    client = serve_linted(Rig(in_place=in_place, awaited=awaited))
    assert [client.get(f"{path}?{n}").body for n in range(3)] == [b"unset"] * 3
    eventually(lambda: len(ends) == 3)
    assert ends == ["0", "1", "2"]


class Chunks:
    """A stream that notes what became of it."""

    def __init__(self, *chunks: bytes | str, fails: bool = False, endless: bool = False) -> None:
        self.chunks = chunks
        self.fails = fails
        self.endless = endless
        self.closed = threading.Event()
        self.begun = threading.Event()

    async def __aiter__(self) -> AsyncIterator[Any]:
        self.begun.set()
        try:
            for chunk in self.chunks:
                await asyncio.sleep(0)
                yield chunk
            if self.endless:
                await asyncio.Event().wait()
            if self.fails:
                raise ValueError("half-way")
        finally:
            self.closed.set()


def test_streams(serve_linted: ServeLinted) -> None:
    client = serve_linted(Rig(stream=lambda _: Stream(Chunks(b"a", "\xe9", b"", b"c"))))
    assert client.get("/stream").body == b"a\xc3\xa9c"


def test_a_sync_stream(serve_linted: ServeLinted) -> None:
    client = serve_linted(Rig(stream=lambda _: Stream([b"a", b"b"])))
    assert client.get("/stream").body == b"ab"


def test_a_stream_of_known_length(serve_linted: ServeLinted) -> None:
    def stream(request: Request) -> Response:
        length = request.query_string.decode()
        return Stream(Chunks(b"ab", b"cd"), headers={"content-length": length})

    client = serve_linted(Rig(stream=stream))
    answer = client.get("/stream?4")
    assert (answer.headers["content-length"], answer.body) == ("4", b"abcd")
    for wrong in ("3", "5"):
        with pytest.raises(Cut):
            client.get(f"/stream?{wrong}")


def test_a_stream_that_fails_never_ends_cleanly(serve_linted: ServeLinted) -> None:
    ends = []
    finished = threading.Event()

    def stream(request: Request) -> Response:
        def end(error: BaseException | None) -> None:
            ends.append(error)
            finished.set()

        request.finish = end
        return Stream(Chunks(b"a", fails=True))

    client = serve_linted(Rig(stream=stream))
    with pytest.raises(Cut):
        client.get("/stream")
    assert finished.wait(2)
    assert isinstance(ends[0], ValueError)


def test_head_of_a_stream_closes_it_unstarted(serve_linted: ServeLinted) -> None:
    closed = threading.Event()

    class Closable(Chunks):
        async def aclose(self) -> None:
            closed.set()

    chunks = Closable(b"a")
    client = serve_linted(Rig(stream=lambda _: Stream(chunks)))
    answer = client.request("HEAD", "/stream")
    assert (answer.status, answer.body) == (200, b"")
    assert closed.wait(2)
    assert not chunks.begun.is_set()


def test_a_client_that_leaves_cancels_the_handler(serve_linted: ServeLinted) -> None:
    waiting, finished = threading.Event(), threading.Event()
    ends: list[BaseException | None] = []

    async def wait(request: Request) -> Response:
        def end(error: BaseException | None) -> None:
            ends.append(error)
            finished.set()

        request.finish = end
        waiting.set()
        await asyncio.Event().wait()
        raise AssertionError("never")

    client = serve_linted(Rig(wait=wait))
    client.leave("/wait", waiting)
    assert finished.wait(3)
    assert isinstance(ends[0], asyncio.CancelledError)


def test_a_client_that_leaves_ends_a_stream(serve_linted: ServeLinted) -> None:
    chunks = Chunks(b"a", endless=True)
    client = serve_linted(Rig(wait=lambda _: Stream(chunks)))
    client.leave("/wait", chunks.begun)
    assert chunks.closed.wait(3)


def test_bodies_have_a_limit(serve_linted: ServeLinted) -> None:
    rig = Rig()
    client = serve_linted(rig)
    assert client.request("POST", "/", body=b"x" * 1_000).status == 200
    answer = client.request("POST", "/", body=b"x" * 1_001)
    assert (answer.status, len(rig.seen)) == (413, 1)


def test_a_refusal_comes_before_the_body_is_read(serve_linted: ServeLinted) -> None:
    refusal = Response(b"no", 415)
    client = serve_linted(Rig(picky=Point(lambda _: ok(), refusal=refusal)))
    assert client.request("POST", "/picky", body=b"x" * 2_000).status == 415


REFUSED = [
    ("GET", "/", [("host", "a"), ("host", "a")], 400),
    ("GET", "/", [("host", "a/b")], 400),
    ("GET", "/", [("host", "u@a")], 400),
    ("GET", "/", [("host", "a,b")], 400),
    ("GET", "/", [("host", "a b")], 400),
    ("GET", "/", [("host", "a:99999")], 400),
    ("GET", "/", [("host", "")], 400),
    ("GET", "/a<b", [], 400),
    ("GET", "/a^b", [], 400),
    ("GET", '/?a="', [], 400),
    ("GET", "/" + "a" * 300, [], 414),
    ("GET", "/?" + "a" * 300, [], 414),
    ("GET", "/", [(f"x-{n}", "1") for n in range(30)], 431),
]


@pytest.mark.parametrize(("method", "path", "fields", "status"), REFUSED)
def test_what_never_becomes_a_request(
    serve_linted: ServeLinted,
    method: str,
    path: str,
    fields: list[tuple[str, str]],
    status: int,
) -> None:
    rig = Rig(limits=Limits(url=200, fields=20))
    client = serve_linted(rig)
    answer = client.request(method, path, headers=fields)
    assert (answer.status, rig.seen) == (status, [])
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_target_is_started_and_stopped_once(serve_linted: ServeLinted) -> None:
    rig = Rig()
    client = serve_linted(rig)
    client.get("/")
    client.get("/")
    assert rig.events == ["start"]
