"""Bodies that are sent as they are made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from typing import Any

from restive.http.response import chunk_bytes
from restive.server.native.answer import LAST_CHUNK, Outgoing

Source = Iterable[bytes] | AsyncIterable[bytes]
# A source that never waits must not keep the loop from everybody else.
_CHUNKS_IN_A_ROW = 16


async def send_stream(
    out: Outgoing,
    source: Source,
    write: Callable[[bytes], None],
    room: Callable[[], Awaitable[None]],
) -> None:
    """Write the chunks of `source`, framed as `out` says; the source is closed at the end.

    room: waits while the peer does not read. Raises what the source raises, TypeError for a chunk
    that is neither bytes nor str, ValueError where the chunks do not add up to Content-Length.
    """
    sent = count = 0
    iterator = _iterate(source)
    try:
        async for chunk in iterator:
            data = chunk_bytes(chunk)
            if not data:
                continue  # an empty chunk would end the body
            sent += len(data)
            if out.expected is not None and sent > out.expected:
                raise ValueError(f"the stream is longer than its Content-Length {out.expected}")
            write(b"%x\r\n%b\r\n" % (len(data), data) if out.chunked else data)
            await room()
            count += 1
            if count % _CHUNKS_IN_A_ROW == 0:
                await asyncio.sleep(0)
    finally:
        await close_source(iterator)
    if out.expected is not None and sent < out.expected:
        raise ValueError(f"the stream ended after {sent} of {out.expected} bytes")
    if out.chunked:
        write(LAST_CHUNK)


async def close_source(source: Any) -> None:
    """Close an iterator, or a source whose iteration has not begun."""
    if hasattr(source, "aclose"):
        await source.aclose()
    elif hasattr(source, "close"):
        source.close()


def _iterate(source: Source) -> AsyncIterator[bytes]:
    return source.__aiter__() if isinstance(source, AsyncIterable) else _walk(source)


async def _walk(source: Iterable[bytes]) -> AsyncIterator[bytes]:
    iterator = iter(source)
    try:
        for chunk in iterator:
            yield chunk
    finally:
        if hasattr(iterator, "close"):
            iterator.close()
