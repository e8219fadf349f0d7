"""The frozen matcher: a method and a raw path to a payload and the path's values.

Which route wins does not depend on the order of declaration. Segment by segment, left to right:
static text; a parameter with text around it, most text first; a parameter with a convertor, in the
registry's order; a plain parameter; the rest of the path. A branch that comes to nothing, or to a
template without the method, is given up for the next.

Static paths are found by one dict look-up, others by a tree of dicts. Each node of the tree is
reached by one way only, so that going back visits a node at most once: a request costs at most
the size of the tree, never a power of its own length.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from restive.routing.convertors import PATH, PLAIN
from restive.routing.paths import quote_path, quote_segment, split_path
from restive.routing.template import Param, Segment, Template

T = TypeVar("T")

Found: TypeAlias = tuple[T, dict[str, Any] | None]
"""A payload, and the converted values of the path by name (None for a template without any)."""

_Leaf: TypeAlias = dict[str, tuple[T, tuple[str, ...]]]
"""What a template leads to, by method: the payload, and the names of the template's parameters."""

_End: TypeAlias = tuple[Callable[[str], Any] | None, _Leaf[T]]
"""A last parameter: how its text is parsed (None: as it is), and what it leads to."""


class Route(msgspec.Struct, Generic[T], frozen=True):
    """One method of one template. `where` is how messages name it; see `Table.add`."""

    method: str
    template: Template
    payload: T
    where: str


class _Node(Generic[T]):
    """A place in the tree: what may come next, and what answers if nothing does."""

    __slots__ = ("leaf", "name", "names", "only", "params", "parse", "rest", "static")

    def __init__(
        self, names: tuple[str, ...] = (), parse: Callable[[str], Any] | None = None
    ) -> None:
        self.names = names  # of the parameters on the way here, all different
        self.name = names[-1] if names else ""
        self.parse = parse  # of the parameter that leads here; None: the text is the value
        self.static: dict[str, _Node[T]] = {}
        self.params: list[_Node[T]] = []  # in the order of trial
        self.only: _Node[T] | None = None  # params[0] when it is the only one
        self.rest: _Node[T] | None = None
        # Its names are `self.names`, the same object, unless another template calls the
        # parameters at these places differently.
        self.leaf: _Leaf[T] = {}


class Matcher(Generic[T]):
    """Finds routes. Made by `Table.freeze`; nothing in it changes afterwards."""

    __slots__ = ("_ends", "_root", "_static")

    def __init__(self, routes: Iterable[Route[T]]) -> None:
        routes = list(routes)
        self._root = _tree(routes)
        self._static = _static_paths(routes)
        self._ends = dict(_ends(self._root))

    def find(self, method: str, path: str) -> Found[T] | None:
        """The most specific route for a method and a raw path (percent-encoded, without query).

        None when there is none: `allowed` tells 404 from 405. Raises `BadPath` when the path cannot
        be read. What a convertor raises beside ValueError goes through.
        """
        by_method = self._static.get(path)
        if by_method is not None:
            static = by_method.get(method)
            return self._descend(method, split_path(path)) if static is None else static
        if "%" in path or "/." in path or not path.isascii():
            return self._descend(method, split_path(path))
        # PERF: "/a/b/{c}" is the commonest shape: a second look-up leads to its last segment.
        # No static route is overlooked: one that matched would have been found above.
        head, slash, last = path.rpartition("/")
        end = self._ends.get(head)
        if end is not None and last and slash:
            parse, leaf = end
            hit = leaf.get(method)
            if hit is not None:
                payload, names = hit
                try:
                    return payload, {names[0]: last if parse is None else parse(last)}
                except ValueError:
                    pass  # not this route; there may be another
        return self._descend(method, path.split("/"))

    def _descend(self, method: str, segments: list[str]) -> Found[T] | None:
        """Follow the first choice at every segment, without a stack; where that fails, search."""
        node = self._root
        values: dict[str, Any] = {}
        for segment in segments:
            child = node.static.get(segment)
            if child is None:
                child = node.only
                if child is None or not segment:
                    return self._search(method, segments)
                parse = child.parse
                try:
                    values[child.name] = segment if parse is None else parse(segment)
                except ValueError:
                    return self._search(method, segments)
            node = child
        hit = node.leaf.get(method)
        if hit is None:
            return self._search(method, segments)
        payload, names = hit
        if names is not node.names:
            values = dict(zip(names, values.values(), strict=True))
        return payload, values or None

    def _search(self, method: str, segments: list[str]) -> Found[T] | None:
        for leaf, values in self._walk(segments):
            if method in leaf:
                payload, names = leaf[method]
                return payload, dict(zip(names, values, strict=True)) or None
        return None

    def allowed(self, path: str) -> tuple[str, ...]:
        """Every method that some route has for this raw path, sorted; empty: there is no such path.

        Raises `BadPath` as `find` does.
        """
        methods: set[str] = set()
        for leaf, _ in self._walk(split_path(path)):
            methods.update(leaf)
        return tuple(sorted(methods))

    def find_other_slash(self, method: str, path: str) -> tuple[str, Found[T]] | None:
        """What `find` gives for the path with its last slash taken away, or with one added.

        Returns the other raw path too, fit for a `Location`; None where that finds nothing either.
        For the policies "redirect" and "ignore", after `find` came to nothing.
        """
        # SECURITY: "//host" and, to browsers, "/\host" and "/<tab>/host" are addresses of another
        # site, and a path that is no ASCII text has no place in a header.
        if len(path) < 2 or path[1] in "/\\" or not (path.isascii() and path.isprintable()):
            return None
        other = path[:-1] if path.endswith("/") else path + "/"
        found = self.find(method, other)
        return None if found is None else (other, found)

    def _walk(self, segments: list[str]) -> Iterator[tuple[_Leaf[T], tuple[Any, ...]]]:
        """Every leaf that the decoded segments reach, most specific first, with the values."""
        stack: list[tuple[_Node[T], int, tuple[Any, ...]]] = [(self._root, 0, ())]
        while stack:
            node, depth, values = stack.pop()
            if depth == len(segments):
                yield node.leaf, values
                continue
            segment = segments[depth]
            # The last one pushed is the next one tried.
            if node.rest is not None:
                rest = "/".join(segments[depth:])
                with suppress(ValueError):
                    value = PATH.parse(rest)
                    stack.append((node.rest, len(segments), (*values, value)))
            if segment:
                for child, value in reversed(_parsed(node.params, segment)):
                    stack.append((child, depth + 1, (*values, value)))
            if segment in node.static:
                stack.append((node.static[segment], depth + 1, values))


def _parsed(children: list[_Node[T]], segment: str) -> list[tuple[_Node[T], Any]]:
    """The children whose convertor accepts the text, with the value of each."""
    accepted = []
    for child in children:
        try:
            value = segment if child.parse is None else child.parse(segment)
        except ValueError:
            continue
        accepted.append((child, value))
    return accepted


def _tree(routes: list[Route[T]]) -> _Node[T]:
    """Build the tree. The text before the first slash is a segment too, and always empty."""
    root: _Node[T] = _Node()
    start = root.static[""] = _Node()
    children: dict[tuple[_Node[T], object], _Node[T]] = {}
    # Sorted, so that the parameters of a node are appended in the order of trial.
    for route in sorted(routes, key=lambda route: [_order(s) for s in route.template.segments]):
        node = start
        for segment in route.template.segments:
            key = (node, shape(segment))
            if key not in children:
                children[key] = _grow(node, segment)
            node = children[key]
        names = route.template.names
        node.leaf[route.method] = (route.payload, node.names if names == node.names else names)
    return root


def _grow(node: _Node[T], segment: Segment) -> _Node[T]:
    """Add the child that a segment leads to, which the node does not have yet."""
    if isinstance(segment, str):
        child = node.static[segment] = _Node(node.names)
        return child
    # Templates may use one name at different places of a path that they share the beginning of.
    name = segment.name if segment.name not in node.names else f"{len(node.names)}:{segment.name}"
    child = _Node((*node.names, name), _parser(segment))
    if segment.convertor is PATH:
        node.rest = child
    else:
        node.params.append(child)
        node.only = child if len(node.params) == 1 else None
    return child


def _static_paths(routes: list[Route[T]]) -> dict[str, dict[str, Found[T]]]:
    """By path, then method. Other spellings than these ("/%62ooks") take the tree."""
    static: dict[str, dict[str, Found[T]]] = {}
    for route in routes:
        if not route.template.params:
            text = route.template.text
            for spelling in {text, quote_path(text)}:
                static.setdefault(spelling, {})[route.method] = (route.payload, None)
    return static


def _ends(root: _Node[T]) -> Iterator[tuple[str, _End[T]]]:
    """The paths, without last slash, after which one sort of parameter is all that may come."""
    stack = [("", root.static[""])]
    while stack:
        head, node = stack.pop()
        if node.only is not None and node.only.leaf:
            yield head, (node.only.parse, node.only.leaf)
        stack.extend((f"{head}/{quote_segment(text)}", node.static[text]) for text in node.static)


def shape(segment: Segment) -> object:
    """What two segments share, and only then, when they match the same texts: a hashable key.

    Convertors count as the same when they are one object: what another one accepts is not known.
    """
    if isinstance(segment, str):
        return segment
    return segment.prefix, id(segment.convertor), segment.suffix


def _order(segment: Segment) -> tuple[int, int, int, str, str]:
    """Sort key of segments at one place: less is tried first."""
    if isinstance(segment, str):
        return -sys.maxsize, 0, 0, segment, ""
    convertor = segment.convertor
    kind = 2 if convertor is PATH else 1 if convertor is PLAIN else 0
    literal = len(segment.prefix) + len(segment.suffix)
    return -literal, kind, segment.rank, segment.prefix, segment.suffix


def _parser(param: Param) -> Callable[[str], Any] | None:
    inner = None if param.convertor is PLAIN else param.convertor.parse
    if param.bare:
        return inner
    start, end = len(param.prefix), len(param.suffix)

    def parse(text: str) -> Any:
        if len(text) <= start + end or not text.startswith(param.prefix):
            raise ValueError("no match")
        if not text.endswith(param.suffix):
            raise ValueError("no match")
        middle = text[start : len(text) - end]
        return middle if inner is None else inner(middle)

    return parse
