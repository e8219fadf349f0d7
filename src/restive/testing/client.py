"""HTTP clients for tests: httpx2's own, with an app in place of the network."""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2

from restive.testing.inprocess import Answer, AnswerCut, InProcess
from restive.wires.asgi import Message

_CLIENT = ("testclient", 50_000)


class Client(httpx2.Client):
    """A synchronous client of an app in this process.

        with Client(app) as client:
            assert client.get("/hello/Ada").json() == {"message": "Hello, Ada"}

    The app runs in an event loop in a thread of its own. `with` starts it (lifespan included) and
    stops it; without `with`, the first request starts it, and `close` or the interpreter's end
    stops it. When an answer has come, its clean-up and background work are done; a stream's are
    when it was read or closed.

    raise_errors: raise exceptions that no handler answers in the test. Default: false, so that a
    test sees the 500 that clients get; the traceback is in the log, which pytest shows.
    options: of `httpx2.Client`, such as headers, cookies, follow_redirects. Its time limits do not
    count here.
    """

    def __init__(
        self,
        app: Any,
        *,
        raise_errors: bool = False,
        base_url: str = "http://testserver",
        **options: Any,
    ) -> None:
        transport = _SyncTransport(InProcess(app, raise_errors=raise_errors))
        super().__init__(transport=transport, base_url=base_url, **options)


class AsyncClient(httpx2.AsyncClient):
    """`Client` for tests that are coroutines; the app runs in the test's own event loop.

        async with AsyncClient(app) as client:
            response = await client.get("/hello/Ada")

    Parameters and behaviour are those of `Client`; options are of `httpx2.AsyncClient`.
    """

    def __init__(
        self,
        app: Any,
        *,
        raise_errors: bool = False,
        base_url: str = "http://testserver",
        **options: Any,
    ) -> None:
        transport = _AsyncTransport(InProcess(app, raise_errors=raise_errors))
        super().__init__(transport=transport, base_url=base_url, **options)


class _AsyncTransport(httpx2.AsyncBaseTransport):
    def __init__(self, server: InProcess) -> None:
        self._server = server

    async def __aenter__(self) -> _AsyncTransport:
        await self._server.start()
        return self

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        stream: Any = request.stream
        answer = await self._server.call(_scope(request), aiter(stream))
        return httpx2.Response(answer.status, headers=answer.fields, stream=_AsyncStream(answer))

    async def aclose(self) -> None:
        await self._server.stop()


class _AsyncStream(httpx2.AsyncByteStream):
    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._answer:
                yield chunk
        except AnswerCut as cut:
            raise httpx2.RemoteProtocolError(str(cut)) from cut.__cause__

    async def aclose(self) -> None:
        await self._answer.aclose()


class _SyncTransport(httpx2.BaseTransport):
    def __init__(self, server: InProcess) -> None:
        self._server = server
        self._loop: _LoopThread | None = None

    def __enter__(self) -> _SyncTransport:
        loop = self._running_loop()
        try:
            loop.run(self._server.start())
        except BaseException:
            self.close()
            raise
        return self

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        loop = self._running_loop()
        answer = loop.run(self._server.call(_scope(request), _one(request.read())))
        stream = _SyncStream(answer, loop)
        return httpx2.Response(answer.status, headers=answer.fields, stream=stream)

    def close(self) -> None:
        loop, self._loop = self._loop, None
        atexit.unregister(self.close)
        if loop is not None:
            try:
                loop.run(self._server.stop())
            finally:
                loop.close()

    def _running_loop(self) -> _LoopThread:
        if self._loop is None:
            self._loop = _LoopThread()
            atexit.register(self.close)  # a client at the head of a test module is seldom closed
        return self._loop


class _SyncStream(httpx2.SyncByteStream):
    def __init__(self, answer: Answer, loop: _LoopThread) -> None:
        self._answer = answer
        self._loop = loop

    def __iter__(self) -> Iterator[bytes]:
        try:
            while (chunk := self._loop.run(anext(self._answer, None))) is not None:
                yield chunk
        except AnswerCut as cut:
            raise httpx2.RemoteProtocolError(str(cut)) from cut.__cause__

    def close(self) -> None:
        self._loop.run(self._answer.aclose())


class _LoopThread:
    """An event loop in a daemon thread: a client that nobody closes keeps no process alive."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="restive-testing", daemon=True
        )
        self._thread.start()

    def run(self, coroutine: Any) -> Any:
        """What the awaitable gives, run in the loop. Ctrl-C here cancels it there."""
        future = asyncio.run_coroutine_threadsafe(_awaited(coroutine), self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        self.run(_settle(self._loop))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _settle(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what still runs, as `asyncio.run` does at its end."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()


async def _awaited(awaitable: Any) -> Any:
    return await awaitable


async def _one(body: bytes) -> AsyncIterator[bytes]:
    yield body


def _scope(request: httpx2.Request) -> Message:
    """The request as an ASGI server describes it."""
    raw_path, _, query = request.url.raw_path.partition(b"?")
    url = request.url
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method.upper(),
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": _CLIENT,
        "server": (url.host, url.port or (443 if url.scheme == "https" else 80)),
    }
