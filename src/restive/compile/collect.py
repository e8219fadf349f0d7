"""Routers, nested as they were declared → a flat list of routes with everything merged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from restive.config import RouteOptions, merged_options
from restive.di.provider import Provider
from restive.group import Lifespan, Router

ErrorHandlers = tuple[tuple[type[BaseException], Callable[..., Any]], ...]


class Collected(msgspec.Struct, frozen=True):
    """One handler with its whole path, its merged options, and what is in scope for it."""

    methods: tuple[str, ...]
    path: str
    handler: Callable[..., Any]
    options: RouteOptions
    providers: Mapping[Any, Provider]
    error_handlers: ErrorHandlers


class _Inherited(msgspec.Struct, frozen=True):
    prefix: str
    options: RouteOptions
    providers: Mapping[Any, Provider]
    error_handlers: ErrorHandlers


def collect(root: Router) -> Iterator[Collected]:
    """All routes below `root` as they were declared, a router's own before its children's."""
    yield from _walk(root, _Inherited("", {}, {}, ()))


def all_routers(root: Router) -> list[Router]:
    """`root` and every router in it, each once."""
    found: list[Router] = []
    waiting: Sequence[Router] = [root]
    while waiting:
        fresh = [router for router in waiting if router not in found]
        found += dict.fromkeys(fresh)
        waiting = [child for router in fresh for child, _, _ in router.declared.children]
    return found


def all_lifespans(root: Router) -> list[Lifespan]:
    """The lifespans of all routers, outermost first."""
    return [one for router in all_routers(root) for one in router.declared.lifespans]


def all_providers(
    router: Router, outer: Mapping[Any, Provider] | None = None
) -> Iterator[tuple[Provider, Mapping[Any, Provider]]]:
    """The providers of all routers, outermost first, each with those that it can see itself."""
    own = router.declared.providers
    seen = {**(outer or {}), **{found.key: found for found in own}}
    yield from ((found, seen) for found in own)
    for child, _, _ in router.declared.children:
        yield from all_providers(child, seen)


def _walk(router: Router, outer: _Inherited) -> Iterator[Collected]:
    declared = router.declared
    here = _Inherited(
        outer.prefix + router.prefix,
        merged_options(outer.options, router.defaults),
        {**outer.providers, **{found.key: found for found in declared.providers}},
        (*declared.error_handlers, *outer.error_handlers),
    )
    for route in declared.routes:
        yield Collected(
            route.methods,
            here.prefix + route.path,
            route.handler,
            merged_options(here.options, route.options),
            here.providers,
            here.error_handlers,
        )
    for child, prefix, options in declared.children:
        inner = _Inherited(
            here.prefix + prefix,
            merged_options(here.options, options),
            here.providers,
            here.error_handlers,
        )
        yield from _walk(child, inner)
