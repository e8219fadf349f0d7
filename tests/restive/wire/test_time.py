"""Time limits, slow and vanishing peers, back-pressure both ways."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from restive.config import Limits
from restive.http.request import Request
from restive.http.response import Response, Stream
from restive.server.native.connection import Connection
from restive.server.native.hub import Hub
from tests.restive.wire.rig import (
    OK,
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

SHORT = Limits(head_time=0.15, body_time=0.15, keep_alive=0.15, write_time=0.15, stop_time=0.3)
LONG = Limits(head_time=9.0, body_time=9.0, keep_alive=9.0, write_time=9.0)


def only(name: str) -> Limits:
    """LONG limits, but for one."""
    return Limits(**{**{n: getattr(LONG, n) for n in LONG.__struct_fields__}, name: 0.15})


def timed(limits: Limits, *pieces: bytes, pause: float = 0.0) -> tuple[bytes, float]:
    """What comes back, and how long it takes until the server closes."""

    async def main() -> tuple[bytes, float]:
        async with serving(Rig(limits=limits)) as server:
            began = time.perf_counter()
            return await exchange(server, *pieces, pause=pause), time.perf_counter() - began

    return run(main())


def test_a_head_that_does_not_end_is_408() -> None:
    received, seconds = timed(only("head_time"), get("/")[:-3])
    (answer,) = answers(received)
    assert (answer.status, answer.get("connection")) == (408, ["close"])
    assert 0.14 < seconds < 1.5


def test_a_head_that_drips_is_408() -> None:
    data = get("/", "X: " + "y" * 100)
    received, seconds = timed(only("head_time"), *[data[i : i + 1] for i in range(50)], pause=0.01)
    assert answers(received)[0].status == 408
    assert seconds < 1.5


def test_a_body_that_does_not_end_is_408() -> None:
    received, seconds = timed(only("body_time"), post("/", b"hello")[:-1])
    assert answers(received)[0].status == 408
    assert 0.14 < seconds < 1.5
    data = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
    received, _ = timed(only("body_time"), data)
    assert answers(received)[0].status == 408


def test_an_idle_connection_is_closed_without_a_word() -> None:
    received, seconds = timed(only("keep_alive"))
    assert (received, 0.14 < seconds < 1.5) == (b"", True)
    received, seconds = timed(only("keep_alive"), get("/"))
    assert [a.status for a in answers(received)] == [200]
    assert 0.14 < seconds < 1.5


def test_a_connection_in_use_is_not_idle() -> None:
    received, _ = timed(only("keep_alive"), *[get("/")] * 10, pause=0.05)
    assert [a.status for a in answers(received)] == [200] * 10


def test_no_limit_counts_while_the_handler_works() -> None:
    async def slow(request: Request) -> Response:
        await asyncio.sleep(0.5)
        return ok("slow")

    async def main() -> bytes:
        async with serving(Rig(limits=SHORT, slow=slow)) as server:
            return await exchange(server, get("/slow"))

    assert answers(run(main()))[0].body == b"slow"


@pytest.mark.parametrize("kind", ["bytes", "stream"])
def test_a_peer_that_does_not_read_is_cut_off(kind: str) -> None:
    closed: list[str] = []

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 65_536
        finally:
            closed.append("closed")

    def big(request: Request) -> Response:
        return Response.of(OK, b"x" * 30_000_000) if kind == "bytes" else Stream(endless())

    async def main() -> None:
        async with (
            serving(Rig(limits=only("write_time"), big=big)) as server,
            client_of(server) as client,
        ):
            client.writer.transport.pause_reading()  # type: ignore[attr-defined]
            await client.send(get("/big"))
            await _until(lambda: not server._hub.connections)  # type: ignore[union-attr]
        assert closed == (["closed"] if kind == "stream" else [])

    run(main())


def test_a_peer_that_does_not_read_its_last_answer_is_cut_off() -> None:
    """`close()` alone would wait for it forever."""

    async def main() -> None:
        limits = Limits(keep_alive=0.1, write_time=0.1)
        rig = Rig(limits=limits, big=lambda _: Response.of(OK, b"x" * 30_000_000))
        async with serving(rig) as server, client_of(server) as client:
            client.writer.transport.pause_reading()  # type: ignore[attr-defined]
            await client.send(get("/big", "Connection: close"))
            await _until(lambda: not server._hub.connections)  # type: ignore[union-attr]

    run(main())


def test_a_slow_reader_gets_everything() -> None:
    async def main() -> int:
        rig = Rig(limits=only("write_time"), big=lambda _: Response.of(OK, b"x" * 8_000_000))
        async with serving(rig) as server, client_of(server) as client:
            await client.send(get("/big", "Connection: close"))
            await client.reader.readuntil(b"\r\n\r\n")
            total = 0
            while chunk := await client.reader.read(500_000):
                total += len(chunk)
                await asyncio.sleep(0.03)
            return total

    assert run(main()) == 8_000_000


def test_a_stream_waits_for_its_reader() -> None:
    made: list[int] = []

    async def chunks() -> AsyncIterator[bytes]:
        for i in range(1000):
            made.append(i)
            yield b"x" * 65_536

    async def main() -> tuple[int, int]:
        async with (
            serving(Rig(limits=LONG, x=lambda _: Stream(chunks()))) as server,
            client_of(server) as client,
        ):
            client.writer.transport.pause_reading()  # type: ignore[attr-defined]
            await client.send(get("/x", "Connection: close"))
            await asyncio.sleep(0.2)
            before = len(made)
            client.writer.transport.resume_reading()  # type: ignore[attr-defined]
            data = await client.rest(20)
            assert data.endswith(b"\r\n0\r\n\r\n")
            return before, data.count(b"x" * 65_536)

    before, whole = run(main())
    assert before < 300  # what the kernel's buffers take, and not the 65 MB
    assert whole == 1000


@pytest.mark.parametrize("busy", [False, True])
def test_a_peer_that_sends_ahead_has_to_wait(busy: bool) -> None:
    """While a request is answered, or its answer is not read, input stays with the kernel."""
    gate = asyncio.Event()

    async def wait(request: Request) -> Response:
        await gate.wait()
        return ok()

    big = Response.of(OK, b"x" * 10_000_000)
    block = get("/") * 1000

    async def main() -> tuple[int, int]:
        rig = Rig(limits=LONG, x=wait if busy else (lambda _: big))
        async with serving(rig) as server, client_of(server) as client:
            transport: Any = client.writer.transport
            if not busy:
                transport.pause_reading()
            client.writer.write(get("/x"))
            for _ in range(400):
                client.writer.write(block)
            await asyncio.sleep(0.2)
            connection: Any = next(iter(server._hub.connections))  # type: ignore[union-attr]
            held = len(connection._buffer)
            unsent = transport.get_write_buffer_size()
            gate.set()
            if not busy:
                transport.resume_reading()
            client.abort()
            return held, unsent

    held, unsent = run(main())
    assert held < 600_000
    assert unsent > 1_000_000


# Half-close and disconnects


def test_a_half_closed_peer_gets_its_answers() -> None:
    async def slow(request: Request) -> Response:
        await asyncio.sleep(0.05)
        return ok("slow")

    async def main(data: bytes) -> bytes:
        async with serving(Rig(limits=LONG, slow=slow)) as server, client_of(server) as client:
            await client.send(data)
            client.writer.write_eof()
            return await client.rest()

    assert [a.body for a in answers(run(main(get("/slow"))))] == [b"slow"]
    found = answers(run(main(get("/slow") + get("/a") + get("/slow"))))
    assert [a.status for a in found] == [200, 200, 200]
    assert found[-1].get("connection") == ["close"]
    assert run(main(b"")) == b""
    assert len(answers(run(main(get("/a") * 50)))) == 50


@pytest.mark.parametrize("data", [get("/")[:-1], post("/", b"hello")[:-1], b"G"])
def test_a_half_closed_peer_that_has_not_ended_its_request(data: bytes) -> None:
    rig = Rig(limits=LONG)

    async def main() -> bytes:
        async with serving(rig) as server, client_of(server) as client:
            await client.send(data)
            client.writer.write_eof()
            return await client.rest()

    assert answers(run(main()))[0].status == 400
    assert rig.seen == []


def test_chunks_without_the_last_one_are_no_body() -> None:
    rig = Rig(limits=LONG)

    async def main() -> bytes:
        async with serving(rig) as server, client_of(server) as client:
            await client.send(
                b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
            )
            client.writer.write_eof()
            return await client.rest()

    assert answers(run(main()))[0].status == 400
    assert rig.seen == []


def waiting(events: list[str]) -> Any:
    async def handler(request: Request) -> Response:
        events.append("began")
        request.finish = lambda error: events.append(type(error).__name__)
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            events.append("cancelled")
            raise
        return ok()

    return handler


def test_a_half_closed_peer_waits_for_the_grace_and_no_longer() -> None:
    events: list[str] = []

    async def main() -> float:
        point = Point(waiting(events), eof_grace=0.15)
        async with serving(Rig(limits=LONG, x=point)) as server, client_of(server) as client:
            await client.send(get("/x"))
            client.writer.write_eof()
            began = time.perf_counter()
            await client.rest()
            return time.perf_counter() - began

    assert 0.1 < run(main()) < 1.5
    assert events == ["began", "cancelled", "CancelledError"]


def test_a_lost_connection_cancels_at_once() -> None:
    events: list[str] = []

    async def main() -> float:
        rig = Rig(limits=LONG, x=Point(waiting(events), eof_grace=60))
        async with serving(rig) as server, client_of(server) as client:
            await client.send(get("/x"))
            await _until(lambda: events)
            client.abort()
            began = time.perf_counter()
            await _until(lambda: len(events) > 2)
            return time.perf_counter() - began

    assert run(main()) < 1
    assert events == ["began", "cancelled", "CancelledError"]


def test_a_lost_connection_ends_a_stream() -> None:
    events: list[str] = []

    async def ticks() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"tick"
                await asyncio.sleep(0.005)
        finally:
            events.append("closed")

    def stream(request: Request) -> Response:
        request.finish = lambda error: events.append(type(error).__name__)
        return Stream(ticks())

    async def main() -> None:
        async with serving(Rig(limits=LONG, x=stream)) as server, client_of(server) as client:
            await client.send(get("/x"))
            await client.reader.readuntil(b"tick")
            client.abort()
            await _until(lambda: len(events) == 2)

    run(main())
    assert events == ["closed", "CancelledError"]


def test_a_lost_connection_leaves_clean_up_alone() -> None:
    events: list[str] = []

    async def rest() -> None:
        await asyncio.sleep(0.1)
        events.append("cleaned")

    async def handler(request: Request) -> Response:
        request.finish = lambda error: rest()
        await asyncio.sleep(0)
        return ok()

    async def main() -> None:
        async with serving(Rig(limits=LONG, x=handler)) as server, client_of(server) as client:
            await client.send(get("/x"))
            await client.answer()
            client.abort()
            await _until(lambda: events)

    run(main())
    assert events == ["cleaned"]


def test_the_date_is_renewed() -> None:
    async def main() -> tuple[list[str], list[str]]:
        async with serving(Rig(), sweep=0.05) as server, client_of(server) as client:
            await client.send(get("/"))
            first = (await client.answer()).get("date")
            await asyncio.sleep(1.1)
            await client.send(get("/"))
            return first, (await client.answer()).get("date")

    first, second = run(main())
    assert first != second


def test_peers_that_vanish_leave_nothing_behind() -> None:
    events: list[str] = []

    async def handler(request: Request) -> Response:
        request.finish = lambda error: events.append("finished")
        events.append("began")
        await asyncio.sleep(0.001)
        return ok()

    async def main() -> None:
        async with serving(Rig(limits=LONG, x=handler)) as server:
            for i in range(100):
                async with client_of(server) as client:
                    client.writer.write(get("/x") * (i % 3 + 1))
                    await asyncio.sleep(0.0002 * (i % 5))
                    client.abort()
            hub = server._hub
            assert hub is not None
            await _until(lambda: not hub.connections and not hub.tasks)

    run(main())
    assert events.count("began") == events.count("finished") > 0


def test_input_goes_on_after_it_was_held_back() -> None:
    gate = asyncio.Event()

    async def wait(request: Request) -> Response:
        await gate.wait()
        return ok()

    async def main() -> int:
        async with serving(Rig(limits=LONG, x=wait)) as server, client_of(server) as client:
            client.writer.write(get("/x") + get("/") * 20_000 + get("/", "Connection: close"))
            await asyncio.sleep(0.1)
            gate.set()
            return (await client.rest(20)).count(b"HTTP/1.1 200 OK")

    assert run(main()) == 20_002


def test_a_peer_that_keeps_its_side_open_after_an_error_is_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("restive.server.native.connection.LINGER_TIME", 0.1)

    async def main() -> tuple[bytes, float]:
        async with serving(Rig(limits=LONG)) as server, client_of(server) as client:
            await client.send(b"nonsense\r\n\r\n")
            received = await client.rest()
            began = time.perf_counter()
            await _until(lambda: not server._hub.connections)  # type: ignore[union-attr]
            return received, time.perf_counter() - began

    received, seconds = run(main())
    assert answers(received)[0].status == 400
    assert seconds < 1


@pytest.mark.parametrize("what", ["bytes", "stream", "error"])
def test_a_handler_that_answers_although_it_was_cancelled(
    what: str, caplog: pytest.LogCaptureFixture
) -> None:
    events: list[str] = []

    async def chunks() -> AsyncIterator[bytes]:
        events.append("iterated")
        yield b"x"

    async def stubborn(request: Request) -> Response:
        request.finish = lambda error: events.append(type(error).__name__)
        events.append("began")
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            if what == "error":
                raise RuntimeError("broken") from None
        return Stream(chunks()) if what == "stream" else ok()

    async def main() -> None:
        async with serving(Rig(limits=LONG, x=stubborn)) as server, client_of(server) as client:
            await client.send(get("/x"))
            await _until(lambda: events)
            client.abort()
            await _until(lambda: len(events) > 1)

    run(main())
    assert events == ["began", "RuntimeError" if what == "error" else "ConnectionResetError"]
    assert ("broken" in caplog.text) == (what == "error")


@pytest.mark.parametrize("more", [b"\r\n", b"G"], ids=["empty line", "next request"])
def test_a_last_answer_leaves_in_full_whatever_follows_its_request(
    more: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time to linger begins when everything was written."""
    monkeypatch.setattr("restive.server.native.connection.LINGER_TIME", 0.1)

    async def main() -> int:
        rig = Rig(limits=only("head_time"), big=lambda _: Response.of(OK, b"x" * 30_000_000))
        async with serving(rig) as server, client_of(server) as client:
            await client.send(get("/big", "Connection: close") + more)
            await client.reader.readuntil(b"\r\n\r\n")
            total = 0
            while chunk := await client.reader.read(1_500_000):
                total += len(chunk)
                await asyncio.sleep(0.02)
            return total

    assert run(main()) == 30_000_000


@pytest.mark.parametrize("plain", [False, True], ids=["uvloop", "asyncio"])
def test_a_lost_connection_is_seen_although_nothing_more_is_read(plain: bool) -> None:
    events: list[str] = []

    async def main() -> None:
        rig = Rig(limits=LONG, x=Point(waiting(events), eof_grace=60))
        async with serving(rig) as server, client_of(server) as client:
            client.writer.write(get("/x") + get("/") * 40_000)
            (connection,) = await _first(server)
            await _until(lambda: not connection._reading)
            client.abort()
            await _until(lambda: len(events) > 2)

    run(main(), plain=plain)
    assert events == ["began", "cancelled", "CancelledError"]


async def _first(server: Any) -> list[Any]:
    await _until(lambda: server._hub.connections)
    return list(server._hub.connections)


def test_a_lost_connection_does_not_cancel_clean_up_that_begins_before_it_is_told() -> None:
    events: list[str] = []
    gate = asyncio.Event()

    async def clean_up() -> None:
        events.append("began")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        events.append("ended")

    async def handler(request: Request) -> Response:
        request.finish = lambda _: clean_up()
        await gate.wait()
        return ok()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        hub = Hub(Rig(limits=LONG, x=handler), loop)
        connection = Connection(hub)
        connection.connection_made(Void())
        connection.data_received(get("/x"))
        await asyncio.sleep(0)
        gate.set()  # the handler goes on with the next turn of the loop …
        connection.connection_lost(None)  # … in which it is cancelled, too
        await asyncio.gather(*hub.tasks, return_exceptions=True)

    run(main())
    assert events == ["began", "ended"]


class Void(asyncio.Transport):
    """Takes everything."""

    def write(self, data: Any) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0


async def _until(condition: Any, seconds: float = 3.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
