"""Which route answers, by cases that name the rule."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import pytest

from restive.routing import CONVERTORS, BadPath, Convertor, Matcher, Table, Template


class Even:
    """A user's convertor, and a structural match for the protocol."""

    pattern = "[0-9]*[02468]"
    schema: ClassVar = {"type": "integer", "multipleOf": 2}

    def parse(self, text: str) -> int:
        value = int(text)
        if value % 2:
            raise ValueError(text)
        return value

    def format(self, value: int) -> str:
        return str(value)


REGISTRY: dict[str, Convertor] = {"even": Even(), **CONVERTORS}


def matcher(*routes: str) -> Matcher[str]:
    """Routes as "GET /path" or "GET,PUT /path"; the payload is the path."""
    table: Table[str] = Table()
    for route in routes:
        methods, _, text = route.partition(" ")
        for method in methods.split(","):
            table.add(method, Template.parse(text, REGISTRY), text, f"Route {route!r}")
    return table.freeze()


BOOKS = matcher(
    "GET /",
    "GET /books",
    "GET /books/latest",
    "DELETE /books/latest/pages",
    "GET,DELETE /books/{id:int}",
    "GET /books/{id:uuid}",
    "GET /books/{day:date}",
    "GET /books/{name}.json",
    "GET /books/v{name}.json",
    "GET,PUT /books/{slug}",
    "GET /books/{slug}/pages",
    "GET /files/{rest:path}",
    "GET /files/index",
    "GET /slash/",
    "GET /even/{id:even}",
    "GET /even/{id:int}",
    "GET /café/{name}",
    "GET /a b",
)
CASES: list[tuple[str, str, str | None, object]] = [
    # method, path, template found, values
    ("GET", "/", "/", None),
    ("GET", "/books", "/books", None),
    ("GET", "/%62ooks", "/books", None),
    ("GET", "/books/", None, None),
    ("GET", "/slash/", "/slash/", None),
    ("GET", "/slash", None, None),
    ("GET", "//books", None, None),
    ("GET", "books", None, None),
    ("GET", "", None, None),
    ("GET", "*", None, None),
    ("get", "/books", None, None),
    # static before all
    ("GET", "/books/latest", "/books/latest", None),
    ("GET", "/books/l%61test", "/books/latest", None),
    # convertors by what they accept
    ("GET", "/books/42", "/books/{id:int}", {"id": 42}),
    ("GET", "/books/-7", "/books/{id:int}", {"id": -7}),
    ("GET", "/books/%34%32", "/books/{id:int}", {"id": 42}),
    ("GET", "/books/" + "9" * 19, "/books/{id:int}", {"id": int("9" * 19)}),
    ("GET", "/books/" + "9" * 20, "/books/{slug}", {"slug": "9" * 20}),
    ("GET", "/books/+1", "/books/{slug}", {"slug": "+1"}),
    ("GET", "/books/--1", "/books/{slug}", {"slug": "--1"}),
    ("GET", "/books/-", "/books/{slug}", {"slug": "-"}),
    ("GET", "/books/1_0", "/books/{slug}", {"slug": "1_0"}),
    ("GET", "/books/%D9%A3", "/books/{slug}", {"slug": "٣"}),
    ("GET", "/books/%C2%B2", "/books/{slug}", {"slug": "²"}),
    ("GET", "/books/2024-02-29", "/books/{day:date}", {"day": date(2024, 2, 29)}),
    ("GET", "/books/2023-02-29", "/books/{slug}", {"slug": "2023-02-29"}),
    ("GET", "/books/2024-W09-4", "/books/{slug}", {"slug": "2024-W09-4"}),
    (
        "GET",
        "/books/0188E0F5-0000-7000-8000-0123456789ab",
        "/books/{id:uuid}",
        {"id": UUID("0188e0f5-0000-7000-8000-0123456789ab")},
    ),
    ("GET", "/books/" + "0" * 32, "/books/{slug}", {"slug": "0" * 32}),
    # text around a parameter, most first
    ("GET", "/books/a.json", "/books/{name}.json", {"name": "a"}),
    ("GET", "/books/va.json", "/books/v{name}.json", {"name": "a"}),
    ("GET", "/books/v.json", "/books/{name}.json", {"name": "v"}),
    ("GET", "/books/.json", "/books/{slug}", {"slug": ".json"}),
    # plain: one segment, not empty
    ("GET", "/books/a%2Fb", "/books/{slug}", {"slug": "a/b"}),
    ("GET", "/books/a%252Fb", "/books/{slug}", {"slug": "a%2Fb"}),
    ("GET", "/books/a%00b", "/books/{slug}", {"slug": "a\0b"}),
    ("GET", "/books/...", "/books/{slug}", {"slug": "..."}),
    ("GET", "/books//pages", None, None),
    ("GET", "/books%2F42", None, None),
    ("GET", "/caf%C3%A9/x", "/café/{name}", {"name": "x"}),
    ("GET", "/café/x", "/café/{name}", {"name": "x"}),
    ("GET", "/a%20b", "/a b", None),
    ("GET", "/a b", "/a b", None),
    ("GET", "/a+b", None, None),
    # the rest of the path
    ("GET", "/files/a/b", "/files/{rest:path}", {"rest": "a/b"}),
    ("GET", "/files/a%2Fb//c/", "/files/{rest:path}", {"rest": "a/b//c/"}),
    ("GET", "/files/", "/files/{rest:path}", {"rest": ""}),
    ("GET", "/files/index", "/files/index", None),
    ("GET", "/files/index/x", "/files/{rest:path}", {"rest": "index/x"}),
    ("GET", "/files", None, None),
    # going back: a branch that ends, and a template without the method
    ("GET", "/books/latest/pages", "/books/{slug}/pages", {"slug": "latest"}),
    ("DELETE", "/books/latest/pages", "/books/latest/pages", None),
    ("GET", "/books/42/pages", "/books/{slug}/pages", {"slug": "42"}),
    ("PUT", "/books/42", "/books/{slug}", {"slug": "42"}),
    ("PUT", "/books/latest", "/books/{slug}", {"slug": "latest"}),
    ("DELETE", "/books/latest", None, None),
    # the registry's order among one's own convertors
    ("GET", "/even/4", "/even/{id:even}", {"id": 4}),
    ("GET", "/even/3", "/even/{id:int}", {"id": 3}),
    ("GET", "/even/x", None, None),
]


@pytest.mark.parametrize(("method", "path", "template", "values"), CASES)
def test_found(method: str, path: str, template: str | None, values: object) -> None:
    found = BOOKS.find(method, path)
    assert found == (None if template is None else (template, values))


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/books/42", ("DELETE", "GET", "PUT")),
        ("/books/latest", ("GET", "PUT")),
        ("/books/latest/pages", ("DELETE", "GET")),
        ("/b%6Foks", ("GET",)),
        ("/nothing", ()),
        ("/even/x", ()),
        ("*", ()),
    ],
)
def test_allowed_is_the_union(path: str, methods: tuple[str, ...]) -> None:
    assert BOOKS.allowed(path) == methods


BAD_PATHS = [
    ("/books/..", "The path has a '.' or '..' segment."),
    ("/./books", "The path has a '.' or '..' segment."),
    ("/books/%2e%2E", "The path has a '.' or '..' segment."),
    ("/nothing/.%2e/x", "The path has a '.' or '..' segment."),
    ("/files/a%2F..%2Fb", "The path has a '.' or '..' segment."),
    ("/books/%", "The path has a '%' without two hexadecimal digits after it."),
    ("/books/%4", "The path has a '%' without two hexadecimal digits after it."),
    ("/books/%zz", "The path has a '%' without two hexadecimal digits after it."),
    ("/books/%ff", "The path is not valid UTF-8."),
    ("/books/%C0%AF", "The path is not valid UTF-8."),
    ("/books/%ED%A0%80", "The path is not valid UTF-8."),
    ("/books/\ud800", "The path is not valid UTF-8."),
]


@pytest.mark.parametrize(("path", "message"), BAD_PATHS)
def test_bad_paths(path: str, message: str) -> None:
    for call in (lambda: BOOKS.find("GET", path), lambda: BOOKS.allowed(path)):
        with pytest.raises(BadPath) as caught:
            call()
        assert str(caught.value) == message


def test_names_may_differ_between_templates_of_one_shape() -> None:
    found = matcher(
        "GET /a/{x}", "PUT /a/{y}", "GET /a/{x}/{y}", "PUT /a/{y}/{x}", "GET /a/{y}/c/{x}"
    )
    assert found.find("GET", "/a/1") == ("/a/{x}", {"x": "1"})
    assert found.find("PUT", "/a/1") == ("/a/{y}", {"y": "1"})
    assert found.find("GET", "/a/1/2") == ("/a/{x}/{y}", {"x": "1", "y": "2"})
    assert found.find("PUT", "/a/1/2") == ("/a/{y}/{x}", {"y": "1", "x": "2"})
    assert found.find("GET", "/a/1/c/3") == ("/a/{y}/c/{x}", {"y": "1", "x": "3"})


def test_a_name_again_at_another_place_of_a_shared_beginning() -> None:
    found = matcher("GET /{x}/{y}", "GET /{y}/c/{x}", "GET /{a}/c/d/{x}/{y}")
    assert found.find("GET", "/1/c/2") == ("/{y}/c/{x}", {"y": "1", "x": "2"})
    assert found.find("GET", "/1/c/d/2/3") == ("/{a}/c/d/{x}/{y}", {"a": "1", "x": "2", "y": "3"})


def test_what_a_convertor_raises_beside_value_error_goes_through() -> None:
    class Broken(Even):
        def parse(self, text: str) -> int:
            raise KeyError(text)

    table: Table[str] = Table()
    table.add("GET", Template.parse("/{x:broken}", {"broken": Broken()}), "x", "Route 'x'")
    found = table.freeze()
    with pytest.raises(KeyError):
        found.find("GET", "/1")


def test_an_empty_table_finds_nothing() -> None:
    empty: Matcher[int] = Table[int]().freeze()
    assert empty.find("GET", "/") is None
    assert empty.allowed("/") == ()


SLASHES: list[tuple[str, object]] = [
    ("/books/", ("/books", ("/books", None))),
    ("/slash", ("/slash/", ("/slash/", None))),
    ("/books/42/", ("/books/42", ("/books/{id:int}", {"id": 42}))),
    ("/books/a%20b/", ("/books/a%20b", ("/books/{slug}", {"slug": "a b"}))),
    ("/files", ("/files/", ("/files/{rest:path}", {"rest": ""}))),
    ("/nothing", None),
    ("/", None),
    ("", None),
    ("*", None),
]


@pytest.mark.parametrize(("path", "found"), SLASHES)
def test_the_other_slash(path: str, found: object) -> None:
    assert BOOKS.find_other_slash("GET", path) == found


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example/", "/\t/evil/", "/é/"])
def test_the_other_slash_never_leads_to_another_site(path: str) -> None:
    everything = matcher("GET /{a}", "GET /{a}/{b}", "GET /x/{rest:path}")
    assert everything.find_other_slash("GET", path) is None


def test_the_work_is_bounded_by_the_tree() -> None:
    """30 segments, every choice of static and plain at the first ten: each node is tried once."""
    calls = 0

    class Counting(Even):
        def parse(self, text: str) -> int:
            nonlocal calls
            calls += 1
            return len(text)

    registry: dict[str, Convertor] = {"n": Counting(), **CONVERTORS}
    table: Table[int] = Table()
    nodes = 0
    for bits in range(2**8):
        parts = ["a" if bits >> i & 1 else f"{{p{i}:n}}" for i in range(8)]
        table.add("GET", Template.parse("/" + "/".join(parts) + "/a" * 22, registry), bits, "x")
        nodes += len(parts)
    found = table.freeze()
    assert found.find("GET", "/a" * 30) == (255, None)
    calls = 0
    assert found.find("GET", "/a" * 29 + "/b") is None
    assert found.allowed("/a" * 29 + "/b") == ()
    assert 0 < calls <= 2 * nodes


def test_a_path_of_very_many_segments_is_no_trouble() -> None:
    deep = matcher("GET /{rest:path}", "GET " + "/{a}" + "/b" * 2000)
    assert deep.find("GET", "/x" * 100_000) == ("/{rest:path}", {"rest": "x" + "/x" * 99_999})
    assert deep.find("GET", "/x" + "/b" * 2000) == ("/{a}" + "/b" * 2000, {"a": "x"})
