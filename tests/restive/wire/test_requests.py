"""What the native wire makes of good requests, however they arrive."""

from __future__ import annotations

import asyncio
import contextvars
import itertools
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restive.http.request import Request
from restive.http.response import Response
from restive.server.native.connection import Connection
from restive.server.native.hub import Hub
from restive.server.native.reader import Reader
from tests.restive.wire.rig import (
    CLOSE,
    Answer,
    Point,
    Rig,
    answers,
    client_of,
    exchange,
    get,
    ok,
    post,
    run,
    serving,
)
from tests.restive.wire.test_refusals import VECTORS

EXTENSIONS = [b"", b";a=b", b';a="0"']


def ask(*pieces: bytes, rig: Rig | None = None, plain: bool = False) -> list[Answer]:
    """The answers to what is sent on one connection, until the server closes."""

    async def main() -> bytes:
        async with serving(rig or Rig()) as server:
            return await exchange(server, *pieces)

    return answers(run(main(), plain=plain))


@pytest.mark.parametrize("plain", [False, True], ids=["uvloop", "asyncio"])
def test_a_request_is_understood(plain: bool) -> None:
    (answer,) = ask(
        get("/a%20b/%C3%A9?q=1&r=%20", "X-Name:  va lue ", CLOSE, "x-name: 2"), plain=plain
    )
    assert answer.status == 200
    assert answer.json() == {
        "method": "GET",
        "path": "/a%20b/%C3%A9",
        "query": "q=1&r=%20",
        "version": "1.1",
        "body": "",
        "fields": [
            ["host", "a.example"],
            ["x-name", "va lue"],
            ["connection", "close"],
            ["x-name", "2"],
        ],
    }


def test_addresses_and_scheme_are_known() -> None:
    found: list[Any] = []

    def handler(request: Request) -> Response:
        found.extend([request.client, request.server, request.scheme])
        return ok()

    rig = Rig(here=handler)

    async def main() -> tuple[Any, int]:
        async with serving(rig) as server, client_of(server) as client:
            await client.send(get("/here"))
            await client.answer()
            return client.writer.get_extra_info("sockname"), server.port

    mine, port = run(main())
    assert found == [mine, ("127.0.0.1", port), "http"]


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/", "/", ""),
        ("//double", "//double", ""),
        ("/a?", "/a", ""),
        ("/a?b?c=/d", "/a", "b?c=/d"),
        ("/?{}|^`\\", "/", "{}|^`\\"),
        ("/[x]|y;z,'(a)*", "/[x]|y;z,'(a)*", ""),
        ("http://b.example/p?q", "/p", "q"),
        ("http://b.example", "/", ""),
        ("HTTPS://b.example?q", "/", "q"),
    ],
)
def test_targets(target: str, path: str, query: str) -> None:
    (answer,) = ask(get(target, CLOSE))
    assert (answer.json()["path"], answer.json()["query"]) == (path, query)


def test_the_host_of_an_absolute_target_rules() -> None:
    """RFC 9112, 3.2.2: the server must ignore the Host field then."""
    (answer,) = ask(get("http://b.example:81/p", CLOSE))
    assert answer.json()["fields"] == [["host", "b.example:81"], ["connection", "close"]]


def test_the_star_of_options() -> None:
    (answer,) = ask(b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert (answer.json()["method"], answer.json()["path"]) == ("OPTIONS", "*")


@pytest.mark.parametrize(
    "host", ["a", "a.example:8000", "127.0.0.1", "[::1]:80", "xn--bcher-kva.example", "a_b", "a:"]
)
def test_hosts_that_are_fine(host: str) -> None:
    (answer,) = ask(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    assert answer.status == 200


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"])
def test_methods_that_are_passed_on(method: str) -> None:
    (answer,) = ask(f"{method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    assert answer.json()["method"] == method


def test_http_1_0_closes_unless_asked() -> None:
    first, second = ask(
        b"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", b"GET /b HTTP/1.0\r\n\r\n"
    )
    assert first.get("connection") == ["keep-alive"]
    assert second.get("connection") == ["close"]
    assert [first.json()["version"], second.json()["path"]] == ["1.0", "/b"]


def test_empty_lines_before_a_request_are_ignored() -> None:
    found = ask(b"\r\n\r\n" + get("/a") + b"\r\n" + get("/b", CLOSE))
    assert [answer.json()["path"] for answer in found] == ["/a", "/b"]


def test_nothing_is_served_after_connection_close() -> None:
    rig = Rig()
    (answer,) = ask(get("/a", CLOSE) + get("/b"), rig=rig)
    assert answer.get("connection") == ["close"]
    assert rig.seen == ["GET /a"]


# Fields that were seen before


def test_the_same_fields_again_are_the_same_request() -> None:
    request = get("/a?b=c", "X: 1", "Cookie: d")
    first, second, third, _ = ask(request, request, request, get("/", CLOSE))
    assert first.json() == second.json() == third.json()


def test_known_fields_with_another_line() -> None:
    found = ask(
        get("/a", "X: 1"),
        get("/b?c", "X: 1"),
        b"DELETE" + get("/d", "X: 1")[3:],
        get("/e", "X: 2"),
        get("/f", "X: 1"),
        get("/g", CLOSE),
    )
    assert [(a.json()["method"], a.json()["path"]) for a in found] == [
        ("GET", "/a"),
        ("GET", "/b"),
        ("DELETE", "/d"),
        ("GET", "/e"),
        ("GET", "/f"),
        ("GET", "/g"),
    ]
    assert found[1].json()["query"] == "c"
    assert ["x", "2"] in found[3].json()["fields"]
    assert ["x", "1"] in found[4].json()["fields"]


def test_known_fields_are_read_again_after_they_were_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("restive.server.native.connection.FORGET", 0.0)

    async def main() -> list[Answer]:
        async with serving(Rig(), sweep=0.02) as server, client_of(server) as client:
            found = []
            for data in (get("/a", "X: 1"), get("/b", "X: 1"), post("/c", b"d", "X: 1")) * 2:
                await client.send(data)
                found.append(await client.answer())
                await asyncio.sleep(0.05)
            return found

    found = run(main())
    assert [a.json()["path"] for a in found] == ["/a", "/b", "/c"] * 2
    assert found[1].json()["fields"] == [["host", "a.example"], ["x", "1"]]


def test_known_fields_with_another_body() -> None:
    found = ask(
        post("/a", b"1", "X: 1"),
        post("/b", b"22" * 50, "X: 1"),
        post("/c", b"", "X: 1"),
        post("/d", b"333", "X: 1"),
        post("/e", b"4" * 900, "X: 2"),
        get("/f"),
        post("/g", b"55", "X: 1"),
        get("/h", CLOSE),
    )
    assert [a.json()["path"] for a in found] == [f"/{x}" for x in "abcdefgh"]
    assert [len(a.json()["body"]) for a in found] == [1, 100, 0, 3, 900, 0, 2, 0]
    assert all(
        ["content-length", str(len(a.json()["body"]))] in a.json()["fields"] for a in found[:5]
    )


@pytest.mark.parametrize(
    "line",
    [
        b"GET /\x00",
        b"GET /a\r\nX: y\r\nGET /b",
        b"GET /a b",
        b"GET a",
        b"GET  /a",
        b"BREW /a",
        b"GET /#",
        b"GET",
        b"",
    ],
)
def test_known_fields_make_no_bad_line_good(line: bytes) -> None:
    rig = Rig()
    fields = get("/")[len("GET /") :]
    found = ask(get("/good"), line + fields + get("/smuggled"), rig=rig)
    assert found[1].status in (400, 501)
    assert rig.seen == ["GET /good"]


@pytest.mark.parametrize(
    "length", [b"+3", b"3 ", b" 3", b"03", b"4", b"2", b"3, 3", b"\xb3", b"-3", b""]
)
def test_known_fields_make_no_bad_length_good(length: bytes) -> None:
    rig = Rig()
    good = post("/good", b"abc")
    bad = good.replace(b"Content-Length: 3", b"Content-Length: " + length)

    async def main(data: bytes) -> bytes:
        async with serving(Rig()) as server, client_of(server) as client:
            await client.send(good[: -len(b"abc")] + b"abc", data)
            client.writer.write_eof()
            return await client.rest()

    async def fresh(data: bytes) -> bytes:
        async with serving(rig) as server, client_of(server) as client:
            await client.send(data)
            client.writer.write_eof()
            return await client.rest()

    known = answers(run(main(bad)))[1:]
    unknown = answers(run(fresh(bad)))
    assert [a.status for a in known] == [a.status for a in unknown]
    assert [a.body for a in known] == [a.body for a in unknown]


def test_limits_hold_for_known_fields() -> None:
    rig = Rig(small=Point(lambda _: ok(), body_limit=3))
    found = ask(post("/small", b"abc"), post("/small", b"abcd"), rig=rig)
    assert [a.status for a in found] == [200, 413]
    found = ask(get("/"), get("/" + "a" * 9000))
    assert [a.status for a in found] == [200, 414]


# Bodies


def test_a_body_of_known_length_in_pieces() -> None:
    data = post("/", b"hello", CLOSE)
    (answer,) = ask(data[:-4], data[-4:-1], data[-1:])
    assert answer.json()["body"] == "hello"


def test_a_chunked_body_with_extensions_and_trailers() -> None:
    (answer,) = ask(
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nConnection: close\r\n\r\n"
        b'3;a=b;c="d"\r\nhel\r\n0002\r\nlo\r\n0\r\nX-Trailer: 1\r\n\r\n'
    )
    assert answer.json()["body"] == "hello"
    assert "x-trailer" not in dict(answer.json()["fields"])


def test_a_chunked_body_may_hold_what_looks_like_its_end() -> None:
    body = b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n\r\n\r\n"
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    rig = Rig()
    found = ask(head + chunked + head + chunked + get("/after", CLOSE), rig=rig)
    assert [a.json()["body"] for a in found] == [body.decode(), body.decode(), ""]
    assert rig.seen == ["POST /", "POST /", "GET /after"]


@given(
    st.lists(st.tuples(st.binary(min_size=1, max_size=40), st.sampled_from(EXTENSIONS))), st.data()
)
def test_the_end_of_a_chunked_body_is_found_wherever_it_is_cut(
    chunks: list[tuple[bytes, bytes]], data: st.DataObject
) -> None:
    sent = b"".join(b"%x%b\r\n%b\r\n" % (len(chunk), ext, chunk) for chunk, ext in chunks)
    sent += b"0" + data.draw(st.sampled_from([b"\r\n\r\n", b"00;a\r\nX-Y: z\r\n\r\n"]))
    after = data.draw(st.sampled_from([b"", b"\r\n\r\n", b"0\r\n\r\n", get("/next")]))
    reader = Reader(1_000, 1_000, 10)
    assert reader.take_head(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    cuts = [0, *sorted(data.draw(st.sets(st.integers(1, len(sent) - 1)))), len(sent)]
    for start, end in itertools.pairwise(cuts):
        assert not reader.complete
        last = end == len(sent)
        rest = reader.take_body(sent[start:end] + (after if last else b""))
        assert rest == (after if last else b"")
    assert reader.complete
    assert reader.body() == b"".join(chunk for chunk, _ in chunks)


def test_a_chunk_of_empty_lines_costs_no_more_than_another() -> None:
    def seconds(body: bytes) -> float:
        reader = Reader(1_000, 1_000, 10)
        reader.take_head(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        began = time.process_time()
        for start in range(0, len(chunked), 65_536):
            reader.take_body(chunked[start : start + 65_536])
        assert reader.complete
        return time.process_time() - began

    for lines in (b"\r\n\r\n" * 250_000, b"\r\n0\r\n\r\n" * 150_000):
        assert seconds(lines) < 10 * seconds(b"x" * len(lines)) + 0.01


def test_bodies_above_the_limit_of_their_endpoint() -> None:
    rig = Rig(small=Point(lambda _: ok(), body_limit=3))
    chunked = b"POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert ask(post("/small", b"abc", CLOSE), rig=rig)[0].status == 200
    assert ask(post("/small", b"abcd"), rig=rig)[0].status == 413
    assert ask(chunked + b"4\r\nabcd\r\n0\r\n\r\n", rig=rig)[0].status == 413
    assert ask(chunked + b"2\r\nab\r\n2\r\ncd\r\n", rig=rig)[0].status == 413
    assert ask(chunked + b"ffffffffff\r\nabcd", rig=rig)[0].status == 413
    assert rig.seen == ["POST /small"]


def test_a_refusal_rules_over_the_limit() -> None:
    rig = Rig(none=Point(lambda _: ok(), body_limit=3, refusal=Response(b"none", 404)))
    (answer,) = ask(post("/none", b"abcd"), rig=rig)
    assert (answer.status, answer.get("connection")) == (404, ["close"])


def test_chunks_that_are_mostly_framing_are_refused() -> None:
    rig = Rig(big=Point(lambda _: ok(), body_limit=1_000_000))
    head = b"POST /big HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert ask(head + b"1;a=" + b"b" * 20_000 + b"\r\nx\r\n0\r\n\r\n", rig=rig)[0].status == 400
    assert ask(head + b"0\r\nX: " + b"y" * 20_000 + b"\r\n\r\n", rig=rig)[0].status == 400
    dust = b"1\r\nx\r\n" * 20_000 + b"0\r\n\r\n"
    assert ask(head + dust + get("/", CLOSE), rig=rig)[0].status == 200


def test_expect_continue() -> None:
    async def main() -> tuple[bytes, Answer]:
        async with serving(Rig()) as server, client_of(server) as client:
            await client.send(post("/", b"hello", "Expect: 100-continue")[:-5])
            interim = await client.reader.readuntil(b"\r\n\r\n")
            await client.send(b"hello")
            return interim, await client.answer()

    interim, answer = run(main())
    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer.json()["body"] == "hello"


def test_no_continue_where_none_is_needed() -> None:
    expect = "Expect: 100-continue"
    assert len(ask(post("/", b"hello", expect, CLOSE))) == 1  # the body is there
    assert len(ask(get("/", expect, CLOSE))) == 1  # there is none
    old = post("/", b"hello", expect).replace(b"HTTP/1.1", b"HTTP/1.0")
    assert len(ask(old[:-5], old[-5:])) == 1  # HTTP/1.0 knows none


def test_expect_gets_the_refusal_or_the_limit_before_the_body() -> None:
    rig = Rig(
        none=Point(lambda _: ok(), refusal=Response(b"none", 404)),
        small=Point(lambda _: ok(), body_limit=3),
    )
    (none,) = ask(post("/none", b"abcd", "Expect: 100-continue")[:-4], rig=rig)
    (large,) = ask(post("/small", b"abcd", "Expect: 100-continue")[:-4], rig=rig)
    assert (none.status, large.status) == (404, 413)
    assert none.get("connection") == large.get("connection") == ["close"]


@pytest.mark.parametrize("token", ["h2c", "websocket", "TLS/1.0"])
def test_upgrades_are_ignored_and_bodies_read(token: str) -> None:
    fields = ["Connection: Upgrade, HTTP2-Settings", f"Upgrade: {token}", "HTTP2-Settings: AAA"]
    found = ask(
        get("/a", *fields),
        post("/b", b"GET /x HTTP/1.1", *fields),
        get("/c", *fields),
        get("/", CLOSE),
    )
    assert [a.json()["path"] for a in found] == ["/a", "/b", "/c", "/"]
    assert found[1].json()["body"] == "GET /x HTTP/1.1"
    assert ["upgrade", token] in found[1].json()["fields"]


# Pipelining


def test_pipelined_requests_are_answered_in_order() -> None:
    paths = [f"/{i}" for i in range(100)]
    found = ask(b"".join(map(get, paths)) + get("/end", CLOSE))
    assert [a.json()["path"] for a in found] == [*paths, "/end"]


def test_a_pipelined_request_waits_for_the_answer_before_it() -> None:
    running: list[str] = []
    most: list[int] = []

    async def slow(request: Request) -> Response:
        running.append(request.query_string.decode())
        most.append(len(running))
        await asyncio.sleep(0.005)
        running.clear()
        return ok(request.query_string)

    found = ask(
        b"".join(get(f"/slow?{i}") for i in range(20)) + get("/end", CLOSE), rig=Rig(slow=slow)
    )
    assert [a.body for a in found[:-1]] == [str(i).encode() for i in range(20)]
    assert most == [1] * 20


def test_others_are_served_between_pipelined_requests() -> None:
    """After 16 answers in place the loop gets its turn."""
    order: list[str] = []

    def note(request: Request) -> Response:
        order.append(request.query_string.decode())
        return ok()

    async def main() -> None:
        async with (
            serving(Rig(note=note)) as server,
            client_of(server) as first,
            client_of(server) as second,
        ):
            await first.send(get("/warm"))
            await second.send(get("/warm"))
            await first.answer()
            await second.answer()
            first.writer.write(get("/note?a") * 200)
            second.writer.write(get("/note?b"))
            await second.answer()
            for _ in range(200):
                await first.answer()

    run(main())
    assert order.index("b") < 100
    assert order.count("a") == 200


# However it is cut

STREAM = (
    b"\r\n"
    + get("/a?b=c", "X: y")
    + get("/a?b=d", "X: y")
    + post("/d", b"hello")
    + post("/d", b"hello\r\n\r\nyou")
    + b"PUT /e HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"5;x=y\r\nhel\r\n\r\n3\r\n\r\n\r\r\n0\r\nT: r\r\n\r\n"
    + b"HEAD http://b.example/f HTTP/1.1\r\nHost: a\r\n\r\n"
    + post("/u", b"12", "Connection: upgrade", "Upgrade: h2c")
    + get("/g", CLOSE)
)


class Wire(asyncio.Transport):
    """A transport in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.ended = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += bytes(data)

    def get_write_buffer_size(self) -> int:
        return 0

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended = True

    def is_closing(self) -> bool:
        return self.ended

    def close(self) -> None:
        self.ended = True

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def feed(rig: Rig, pieces: list[bytes]) -> tuple[bytes, bool]:
    """What a connection writes that gets these pieces, and whether it ends."""
    hub = Hub(rig, asyncio.get_running_loop())
    hub.date = b"date: today\r\n\r\n"
    connection, wire = Connection(hub), Wire()
    connection.connection_made(wire)
    for piece in pieces:
        if not wire.ended:
            connection.data_received(piece)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return wire.sent, wire.ended


def test_the_stream_is_served_in_full() -> None:
    rig = Rig()
    sent, ended = run(feed(rig, [STREAM]))
    assert rig.seen == [
        "GET /a", "GET /a", "POST /d", "POST /d", "PUT /e", "HEAD /f", "POST /u", "GET /g",
    ]  # fmt: skip
    found = answers(sent, *[line.split()[0] for line in rig.seen])
    assert [a.status for a in found] == [200] * 8
    assert found[3].json()["body"] == "hello\r\n\r\nyou"
    assert found[4].json()["body"] == "hel\r\n\r\n\r"[:5] + "\r\n\r"
    assert found[6].json()["body"] == "12"
    assert ended


def test_a_stream_cut_at_any_byte_is_the_same() -> None:
    async def main() -> None:
        whole = await feed(Rig(), [STREAM])
        for cut in range(1, len(STREAM)):
            assert await feed(Rig(), [STREAM[:cut], STREAM[cut:]]) == whole, cut
        assert await feed(Rig(), [STREAM[i : i + 1] for i in range(len(STREAM))]) == whole

    run(main())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, len(STREAM) - 1), max_size=20))
def test_a_stream_cut_anywhere_is_the_same(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[a:b] for a, b in itertools.pairwise(edges) if a < b]
    assert run(feed(Rig(), pieces)) == run(feed(Rig(), [STREAM]))


@pytest.mark.parametrize("name", VECTORS)
def test_a_bad_request_cut_at_any_byte_gets_the_same_verdict(name: str) -> None:
    data, status = VECTORS[name]
    data += get("/smuggled")

    async def main() -> None:
        for cut in range(1, len(data)):
            rig = Rig()
            sent, ended = await feed(rig, [get("/good"), data[:cut], data[cut:]])
            assert [status for status, _ in rig.problems] == [status], cut
            assert len(answers(sent)) == 2
            assert rig.seen == ["GET /good"]
            assert ended
        rig = Rig()
        await feed(rig, [data[i : i + 1] for i in range(len(data))])
        assert [status for status, _ in rig.problems] == [status]
        assert rig.seen == []

    run(main())


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_connection(data: bytes) -> None:
    """Whatever comes gets an answer of 200 or a refusal, never an exception."""
    rig = Rig()
    sent, _ = run(feed(rig, [b"GET / HTTP/1.1\r\nHost: a\r\n", data, b"\r\n\r\n", data]))
    assert all(answer.status in (200, 400, 413, 417, 431, 501, 505) for answer in answers(sent))
    assert 500 not in [status for status, _ in rig.problems]


# Contexts

STAMP: contextvars.ContextVar[str] = contextvars.ContextVar("STAMP", default="clean")


@pytest.mark.parametrize("wait", [False, True])
def test_no_request_sees_another_ones_context(wait: bool) -> None:
    async def stamp(request: Request) -> Response:
        if wait:
            await asyncio.sleep(0)
        before = STAMP.get()
        STAMP.set("dirty")
        if wait:
            await asyncio.sleep(0)
        return ok(before + STAMP.get())

    def stamp_in_place(request: Request) -> Response:
        before = STAMP.get()
        STAMP.set("dirty")
        return ok(before)

    rig = Rig(stamp=stamp, place=stamp_in_place)
    found = ask(
        get("/stamp"), get("/stamp") + get("/place") + get("/place"), get("/place"),
        get("/stamp", CLOSE), rig=rig,
    )  # fmt: skip
    assert [a.body for a in found] == [
        b"cleandirty", b"cleandirty", b"clean", b"clean", b"clean", b"cleandirty",
    ]  # fmt: skip


def test_what_was_set_before_the_server_started_is_seen() -> None:
    def look(request: Request) -> Response:
        return ok(STAMP.get())

    async def main() -> bytes:
        STAMP.set("set at start")
        async with serving(Rig(look=look)) as server:
            return await exchange(server, get("/look", CLOSE))

    (answer,) = answers(run(main()))
    assert answer.body == b"set at start"
