"""The table of routes while it is being declared: collects, reports conflicts, freezes."""

from typing import Generic, TypeVar

from restive.errors import BuildError, Mistake
from restive.routing.match import Matcher, Route, shape
from restive.routing.template import Template

T = TypeVar("T")


class Table(Generic[T]):
    """Routes with payloads of type T. The order of declaration decides nothing.

    Because the most specific route wins, a route is out of reach only behind one with the same
    method and the same shape; `mistakes` reports those pairs. (User-made convertors at one place of
    the path may still accept each other's texts: the registry's order says which is tried first.)
    """

    def __init__(self) -> None:
        self._routes: dict[tuple[object, ...], Route[T]] = {}
        self._mistakes: list[Mistake] = []

    def add(self, method: str, template: Template, payload: T, where: str) -> None:
        """Declare one method of a template.

        `where` names the route in messages, as in `Route 'GET /a' (shop:read, shop.py:3)`.
        """
        key = (method, *(shape(segment) for segment in template.segments))
        new = Route(method, template, payload, where)
        first = self._routes.setdefault(key, new)
        if first is not new:
            self._mistakes.append(_conflict(first, new))

    def mistakes(self) -> list[Mistake]:
        """Duplicate and shadowed routes, in the order of declaration. Empty: `freeze` will do."""
        return list(self._mistakes)

    def freeze(self) -> Matcher[T]:
        """The matcher over all routes declared so far. `BuildError` with all mistakes, if any."""
        if self._mistakes:
            raise BuildError(self._mistakes)
        return Matcher(self._routes.values())


def _conflict(first: Route[T], second: Route[T]) -> Mistake:
    if first.where == second.where:
        return Mistake(
            "route-duplicate",
            second.where,
            "the same declaration counts twice, as where a router is included twice",
            "Include it once, or under another prefix",
        )
    if first.template.text == second.template.text:
        return Mistake(
            "route-duplicate",
            second.where,
            f"the same method and path are declared already, by {first.where}",
            "Remove one of them, or change its path or its method",
        )
    return Mistake(
        "route-shadowed",
        second.where,
        f"it can never be reached, because {first.where} has the same method and matches the same"
        " paths, whatever the parameters are called",
        "Remove one of them, or tell them apart by text or by a convertor, as in '{id:int}'",
    )
