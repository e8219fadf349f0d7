"""What no server should accept (RFC 9110, RFC 9112): refused, closed, nothing after it served."""

from __future__ import annotations

import asyncio

import pytest

from restive.config import Limits
from tests.restive.wire.rig import Rig, answers, client_of, exchange, get, run, serving

H = b"Host: a.example\r\n"
P = b"POST / HTTP/1.1\r\n" + H
CHUNKED = P + b"Transfer-Encoding: chunked\r\n\r\n"

VECTORS: dict[str, tuple[bytes, int]] = {
    # RFC 9112, 3: the request line
    "no version": (b"GET /\r\n" + H + b"\r\n", 400),
    "two spaces": (b"GET  / HTTP/1.1\r\n" + H + b"\r\n", 400),
    "space in target": (b"GET /a b HTTP/1.1\r\n" + H + b"\r\n", 400),
    "tab for space": (b"GET\t/ HTTP/1.1\r\n" + H + b"\r\n", 400),
    "space after version": (b"GET / HTTP/1.1 \r\n" + H + b"\r\n", 400),
    "space before method": (b" GET / HTTP/1.1\r\n" + H + b"\r\n", 400),
    "method no token": (b"G@T / HTTP/1.1\r\n" + H + b"\r\n", 400),
    "lf ends the line": (b"GET / HTTP/1.1\n" + H + b"\r\n", 400),
    "cr ends the line": (b"GET / HTTP/1.1\r" + H + b"\r\n", 400),
    "lf before the line": (b"\nGET / HTTP/1.1\r\n" + H + b"\r\n", 400),
    "version in lower case": (b"GET / http/1.1\r\n" + H + b"\r\n", 400),
    "version with zeros": (b"GET / HTTP/01.1\r\n" + H + b"\r\n", 400),
    "version with more digits": (b"GET / HTTP/1.10\r\n" + H + b"\r\n", 400),
    "other protocol": (b"GET / RTSP/1.0\r\n" + H + b"\r\n", 400),
    "http 0.9": (b"GET / HTTP/0.9\r\n" + H + b"\r\n", 505),
    "http 1.2": (b"GET / HTTP/1.2\r\n" + H + b"\r\n", 505),
    "http 2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "http 9.9": (b"GET / HTTP/9.9\r\n" + H + b"\r\n", 505),
    "unknown method": (b"BREW / HTTP/1.1\r\n" + H + b"\r\n", 501),
    "method in lower case": (b"get / HTTP/1.1\r\n" + H + b"\r\n", 501),
    "connect": (b"CONNECT a.example:443 HTTP/1.1\r\n" + H + b"\r\n", 501),
    "endless method": (b"G" * 100, 501),
    "tls": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    # 3.2: the target
    "nul in target": (b"GET /\x00 HTTP/1.1\r\n" + H + b"\r\n", 400),
    "control in target": (b"GET /\x1f HTTP/1.1\r\n" + H + b"\r\n", 400),
    "delete in target": (b"GET /\x7f HTTP/1.1\r\n" + H + b"\r\n", 400),
    "raw utf-8 in target": ("GET /é HTTP/1.1\r\n".encode() + H + b"\r\n", 400),
    "fragment in target": (b"GET /a#b HTTP/1.1\r\n" + H + b"\r\n", 400),
    "quote in target": (b'GET /a"b HTTP/1.1\r\n' + H + b"\r\n", 400),
    "angle brackets in target": (b"GET /<a> HTTP/1.1\r\n" + H + b"\r\n", 400),
    "fragment in query": (b"GET /?a#b HTTP/1.1\r\n" + H + b"\r\n", 400),
    "backslash in path": (b"GET /a\\b HTTP/1.1\r\n" + H + b"\r\n", 400),
    "relative target": (b"GET a HTTP/1.1\r\n" + H + b"\r\n", 400),
    "star with get": (b"GET * HTTP/1.1\r\n" + H + b"\r\n", 400),
    "authority with get": (b"GET a.example:80 HTTP/1.1\r\n" + H + b"\r\n", 400),
    "target with userinfo": (b"GET http://u@a.example/ HTTP/1.1\r\n" + H + b"\r\n", 400),
    "target without host": (b"GET http:///a HTTP/1.1\r\n" + H + b"\r\n", 400),
    "target of another scheme": (b"GET ftp://a.example/ HTTP/1.1\r\n" + H + b"\r\n", 400),
    # RFC 9110, 7.2 and RFC 9112, 3.2: Host
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": (b"GET / HTTP/1.1\r\n" + H + b"Host: b.example\r\n\r\n", 400),
    "two equal hosts": (b"GET / HTTP/1.1\r\n" + H + H + b"\r\n", 400),
    "two hosts in http 1.0": (b"GET / HTTP/1.0\r\n" + H + H + b"\r\n", 400),
    "empty host": (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    "host with path": (b"GET / HTTP/1.1\r\nHost: a.example/x\r\n\r\n", 400),
    "host with query": (b"GET / HTTP/1.1\r\nHost: a.example?x\r\n\r\n", 400),
    "host with fragment": (b"GET / HTTP/1.1\r\nHost: a.example#x\r\n\r\n", 400),
    "host with userinfo": (b"GET / HTTP/1.1\r\nHost: u@a.example\r\n\r\n", 400),
    "host with comma": (b"GET / HTTP/1.1\r\nHost: a.example, b.example\r\n\r\n", 400),
    "host with space": (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    "host with word for port": (b"GET / HTTP/1.1\r\nHost: a.example:x\r\n\r\n", 400),
    "host with huge port": (b"GET / HTTP/1.1\r\nHost: a.example:65536\r\n\r\n", 400),
    "host with two ports": (b"GET / HTTP/1.1\r\nHost: a.example:1:2\r\n\r\n", 400),
    "host with open bracket": (b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400),
    "host that is too long": (b"GET / HTTP/1.1\r\nHost: " + b"a" * 262 + b"\r\n\r\n", 400),
    "target with a host that is too long": (
        b"GET http://" + b"a" * 262 + b"/ HTTP/1.1\r\n" + H + b"\r\n",
        400,
    ),
    "host with bad escape": (b"GET / HTTP/1.1\r\nHost: a%zz\r\n\r\n", 400),
    # RFC 9112, 5: fields
    "space before colon": (b"GET / HTTP/1.1\r\nHost : a.example\r\n\r\n", 400),
    "space before first field": (b"GET / HTTP/1.1\r\n Host: a.example\r\n\r\n", 400),
    "folded field": (b"GET / HTTP/1.1\r\n" + H + b"X: a\r\n b\r\n\r\n", 400),
    "field folded by tab": (b"GET / HTTP/1.1\r\n" + H + b"X: a\r\n\tb\r\n\r\n", 400),
    "no colon": (b"GET / HTTP/1.1\r\n" + H + b"X\r\n\r\n", 400),
    "no name": (b"GET / HTTP/1.1\r\n" + H + b": x\r\n\r\n", 400),
    "name no token": (b"GET / HTTP/1.1\r\n" + H + b"X(: x\r\n\r\n", 400),
    "name not ascii": (b"GET / HTTP/1.1\r\n" + H + b"X\xe9: x\r\n\r\n", 400),
    "nul in value": (b"GET / HTTP/1.1\r\n" + H + b"X: a\x00b\r\n\r\n", 400),
    "cr in value": (b"GET / HTTP/1.1\r\n" + H + b"X: a\rb\r\n\r\n", 400),
    "lf in value": (b"GET / HTTP/1.1\r\n" + H + b"X: a\nY: b\r\n\r\n", 400),
    "vertical tab in value": (b"GET / HTTP/1.1\r\n" + H + b"X: a\x0bb\r\n\r\n", 400),
    "head ended by lf": (b"GET / HTTP/1.1\r\n" + H + b"\n", 400),
    "head ended by cr and another": (b"GET / HTTP/1.1\r\n" + H + b"\rX", 400),
    # RFC 9112, 6.3: Content-Length
    "length with plus": (P + b"Content-Length: +5\r\n\r\nhello", 400),
    "length with minus": (P + b"Content-Length: -5\r\n\r\nhello", 400),
    "length of minus zero": (P + b"Content-Length: -0\r\n\r\n", 400),
    "length in hex": (P + b"Content-Length: 0x5\r\n\r\nhello", 400),
    "length with underscore": (P + b"Content-Length: 1_0\r\n\r\nhello", 400),
    "length with space": (P + b"Content-Length: 1 0\r\n\r\nhello", 400),
    "length as fraction": (P + b"Content-Length: 5.0\r\n\r\nhello", 400),
    "length as list": (P + b"Content-Length: 5, 5\r\n\r\nhello", 400),
    "empty length": (P + b"Content-Length:\r\n\r\nhello", 400),
    "no number": (P + b"Content-Length: five\r\n\r\nhello", 400),
    "length beyond 64 bits": (P + b"Content-Length: 99999999999999999999\r\n\r\nhello", 400),
    "two lengths": (P + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
    "two equal lengths": (P + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400),
    "space before colon of length": (P + b"Content-Length : 5\r\n\r\nhello", 400),
    # 6.1: Transfer-Encoding
    "length and coding": (P + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    "coding and length": (P + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400),
    "coding and length zero": (P + b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", 400),
    "coding in http 1.0": (
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "unknown coding": (P + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
    "identity": (P + b"Transfer-Encoding: identity\r\n\r\n", 400),
    "chunked not last": (P + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400),
    "chunked twice": (P + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
    "chunked in two fields": (
        P + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "chunked with parameter": (P + b"Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n", 400),
    "chunked quoted": (P + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n', 400),
    "chunked and comma": (P + b"Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n", 400),
    "comma and chunked": (P + b"Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n", 501),
    "empty coding": (P + b"Transfer-Encoding:\r\n\r\n0\r\n\r\n", 400),
    "coding with vertical tab": (P + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400),
    "coding folded": (P + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400),
    "coding that is not known": (P + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    "coding in two fields": (
        P + b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        501,
    ),
    # 7.1: chunks
    "chunk size without end": (CHUNKED + b"5;" + b"a" * 9_000, 400),
    "chunk size in 0x": (CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n", 400),
    "chunk size with plus": (CHUNKED + b"+5\r\nhello\r\n0\r\n\r\n", 400),
    "chunk size below zero": (CHUNKED + b"-1\r\nhello\r\n0\r\n\r\n", 400),
    "chunk size with underscore": (CHUNKED + b"1_0\r\nhello\r\n0\r\n\r\n", 400),
    "chunk size after space": (CHUNKED + b" 5\r\nhello\r\n0\r\n\r\n", 400),
    "chunk size before space": (CHUNKED + b"5 \r\nhello\r\n0\r\n\r\n", 400),
    "no chunk size": (CHUNKED + b"\r\nhello\r\n0\r\n\r\n", 400),
    "chunk size beyond 64 bits": (CHUNKED + b"FFFFFFFFFFFFFFFFF\r\nhello", 400),
    "chunk size ended by lf": (CHUNKED + b"5\nhello\r\n0\r\n\r\n", 400),
    "chunk longer than its size": (CHUNKED + b"5\r\nhello!\r\n0\r\n\r\n", 400),
    "chunk shorter than its size": (CHUNKED + b"5\r\nhell\r\n0\r\n\r\n", 400),
    "chunk ended by lf": (CHUNKED + b"5\r\nhello\n0\r\n\r\n", 400),
    "chunk ended by two others": (CHUNKED + b"5\r\nhelloXX0\r\n\r\n", 400),
    "empty extension": (CHUNKED + b"5;\r\nhello\r\n0\r\n\r\n", 400),
    "cr in extension": (CHUNKED + b"5;a\rb\r\nhello\r\n0\r\n\r\n", 400),
    "nul in extension": (CHUNKED + b"5;\x00\r\nhello\r\n0\r\n\r\n", 400),
    "open quote in extension": (CHUNKED + b'5;a="b\r\nhello\r\n0\r\n\r\n', 400),
    "trailer with space before colon": (CHUNKED + b"0\r\nX : y\r\n\r\n", 400),
    "folded trailer": (CHUNKED + b"0\r\nX: y\r\n z\r\n\r\n", 400),
    "length as trailer": (CHUNKED + b"0\r\nContent-Length: 5\r\n\r\n", 400),
    "coding as trailer": (CHUNKED + b"0\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
    # RFC 9110, 10.1.1
    "expectation that is not known": (P + b"Content-Length: 5\r\nExpect: tea\r\n\r\nhello", 417),
}


def test_there_are_enough_vectors() -> None:
    assert len(VECTORS) >= 60


@pytest.mark.parametrize("name", VECTORS)
def test_bad_requests_are_refused_closed_and_end_the_connection(name: str) -> None:
    data, status = VECTORS[name]
    rig = Rig()

    async def main() -> bytes:
        async with serving(rig) as server:
            return await exchange(server, data + get("/smuggled"))

    (answer,) = answers(run(main()))
    assert answer.status == status
    assert answer.get("connection") == ["close"]
    assert answer.json()["status"] == status
    assert rig.seen == []


LIMITS = Limits(url=100, head=1000, fields=10)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (get("/" + "a" * 100), 414),
        (b"GET /" + b"a" * 200, 414),
        (get("/?" + "a" * 100), 414),
        (get("/", *["X: y"] * 10), 431),
        (get("/", "X: " + "y" * 1000), 431),
        (b"GET / HTTP/1.1\r\n" + H + b"X: " + b"y" * 2000, 431),
        (b"GET / HTTP/1.1\r\n" + H + b"X" * 2000, 431),
    ],
)
def test_what_is_too_long_is_refused_while_it_comes(data: bytes, status: int) -> None:
    rig = Rig(limits=LIMITS)

    async def main() -> list[bytes]:
        async with serving(rig) as server:
            pieces = [data[i : i + 50] for i in range(0, len(data), 50)]
            return [await exchange(server, data), await exchange(server, *pieces)]

    for received in run(main()):
        (answer,) = answers(received)
        assert answer.status == status
        assert answer.get("connection") == ["close"]
    assert rig.seen == []


def test_what_is_just_short_enough_is_served() -> None:
    rig = Rig(limits=LIMITS)

    async def main() -> bytes:
        async with serving(rig) as server:
            fields = [*["X: y"] * 8, "Connection: close"]
            return await exchange(server, get("/" + "a" * 99), get("/", *fields))

    first, second = answers(run(main()))
    assert (first.status, second.status) == (200, 200)


def test_an_error_is_read_by_a_client_that_is_still_sending() -> None:
    """Closing at once would reset the connection, and the answer would be lost."""
    rig = Rig()

    async def main() -> bytes:
        async with serving(rig) as server, client_of(server) as client:
            await client.send(b"POST / HTTP/1.1\r\n" + H + b"Content-Length: 500000\r\n\r\n")
            for _ in range(20):
                await client.send(b"x" * 10_000)
                await asyncio.sleep(0)
            return await client.rest()

    (answer,) = answers(run(main()))
    assert answer.status == 413


def test_a_client_that_never_stops_sending_is_cut_off() -> None:
    rig = Rig()

    async def main() -> None:
        async with serving(rig) as server, client_of(server) as client:
            await client.send(b"POST / HTTP/1.1\r\n" + H + b"Content-Length: 9999999\r\n\r\n")
            with pytest.raises(ConnectionError):
                await client.send(*[b"x" * 10_000] * 2000)

    run(main())


@pytest.mark.parametrize("data", [b"HEAD / HTTP/1.1\r\n\r\n", b"HEAD /\r\n\r\n", b"HEAD / HT"])
def test_a_bad_head_request_gets_no_body(data: bytes) -> None:
    async def main() -> bytes:
        async with serving(Rig(limits=Limits(head_time=0.1))) as server:
            return await exchange(server, data)

    (answer,) = answers(run(main()), "HEAD")
    assert answer.status in (400, 408)
