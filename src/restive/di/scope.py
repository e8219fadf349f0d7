"""Entering providers and cleaning up after them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from typing import Any

from restive.di.provider import Kind, Provider
from restive.errors import RestiveError

Generators = Generator[Any, None, None] | AsyncGenerator[Any, None]


class ProviderError(RestiveError):
    """A generator that yields not once."""


class Scope:
    """The generators that one request (or the app) has entered, in the order they were.

    The methods are coroutines that suspend only where a provider does, so that a caller may step
    them in place.
    """

    __slots__ = ("_entered",)

    def __init__(self) -> None:
        self._entered: list[tuple[Provider, Generators]] = []

    def __len__(self) -> int:
        return len(self._entered)

    async def enter(self, provider: Provider, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """What the provider makes. Raises what it raises."""
        made = provider.function(*args, **named)
        if provider.kind is Kind.VALUE:
            return made
        if provider.kind is Kind.COROUTINE:
            return await made
        try:
            value = next(made) if provider.kind is Kind.GENERATOR else await made.__anext__()
        except (StopIteration, StopAsyncIteration):
            raise ProviderError(
                f"{provider.where} ended without a value. Let it yield once on every path."
            ) from None
        self._entered.append((provider, made))
        return value

    @property
    def last_is_async(self) -> bool:
        """Whether the next to be left is an async generator."""
        return self._entered[-1][0].is_async

    async def leave(self, error: BaseException | None) -> BaseException | None:
        """Clean up, the last entered first; give back the error that then stands."""
        while self._entered:
            error = await self.leave_last(error)
        return error

    async def leave_last(self, error: BaseException | None) -> BaseException | None:
        """Clean up after the last one entered; give back the error that then stands.

        An error is thrown into the generator. It may raise another one in its place, and cannot
        swallow it. Without an error, what the clean-up raises is the error.
        """
        provider, generator = self._entered.pop()
        try:
            await _end(provider, generator, error)
        except BaseException as raised:
            return raised
        return error


async def _end(provider: Provider, generator: Any, error: BaseException | None) -> None:
    """Run the rest of a generator; raises what it raises."""
    asynchronous = provider.kind is Kind.ASYNC_GENERATOR
    try:
        if error is not None:
            await generator.athrow(error) if asynchronous else generator.throw(error)
        elif asynchronous:
            await generator.__anext__()
        else:
            next(generator)
    except (StopIteration, StopAsyncIteration):
        return
    await generator.aclose() if asynchronous else generator.close()
    raise ProviderError(f"{provider.where} yielded twice. Let it yield once.")
