"""Paths from values, and that they read back."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restive.routing import Table, Template, build_path
from restive.routing.paths import has_dot_segment

CASES: list[tuple[str, dict[str, object], str]] = [
    ("/", {}, "/"),
    ("/a b/café/", {}, "/a%20b/caf%C3%A9/"),
    ("/books/{id:int}", {"id": -42}, "/books/-42"),
    ("/books/{id:int}", {"id": "42"}, "/books/42"),
    ("/books/{slug}", {"slug": "a/b c%"}, "/books/a%2Fb%20c%25"),
    ("/books/{slug}", {"slug": "~a:b@c,d;e='f'"}, "/books/~a:b@c,d;e='f'"),
    ("/books/{id}:borrow", {"id": 7}, "/books/7:borrow"),
    ("/{day:date}", {"day": date(2024, 2, 29)}, "/2024-02-29"),
    ("/{id:uuid}", {"id": UUID(int=1)}, "/00000000-0000-0000-0000-000000000001"),
    ("/files/{rest:path}", {"rest": "a/b c"}, "/files/a/b%20c"),
    ("/files/{rest:path}", {"rest": ""}, "/files/"),
    ("/{rest:path}", {"rest": "\\evil.example"}, "/%5Cevil.example"),
]


@pytest.mark.parametrize(("template", "values", "path"), CASES)
def test_built(template: str, values: dict[str, object], path: str) -> None:
    assert build_path(Template.parse(template), values) == path


REFUSED: list[tuple[str, dict[str, object], str]] = [
    ("/{a}/{b}", {}, "Path '/{a}/{b}' is missing 'a', 'b'."),
    ("/{a}", {"a": 1, "c": 2}, "Path '/{a}' does not have 'c'."),
    ("/{a}", {"b": 1}, "Path '/{a}' is missing 'a' and does not have 'b'."),
    (
        "/{a:int}",
        {"a": "x"},
        "Value 'x' cannot stand for parameter 'a' in a path: not an integer of at most 19 digits.",
    ),
    (
        "/{a:int}",
        {"a": True},
        "Value True cannot stand for parameter 'a' in a path: not an integer of at most 19 digits.",
    ),
    (
        "/{a:date}",
        {"a": "2023-02-29"},
        "Value '2023-02-29' cannot stand for parameter 'a' in a path: ",
    ),
    ("/{a}", {"a": None}, "Value None cannot stand for parameter 'a' in a path: it is no value."),
    ("/{a}", {"a": ""}, "Value '' cannot stand for parameter 'a' in a path: it is empty."),
    ("/{a}", {"a": ".."}, "Value '..' cannot stand for parameter 'a' in a path: '.' and '..'"),
    (
        "/.{a}",
        {"a": "."},
        "Value '.' cannot stand for parameter 'a' in a path: '.' and '..'",
    ),
    ("/{a:path}", {"a": "/x"}, "Value '/x' cannot stand for parameter 'a' in a path: it starts"),
    ("/{a:path}", {"a": "x/../y"}, "Value 'x/../y' cannot stand for parameter 'a' in a path:"),
    ("/{a}", {"a": "\ud800"}, "Value '\\ud800' cannot stand for parameter 'a' in a path:"),
]


@pytest.mark.parametrize(("template", "values", "message"), REFUSED)
def test_refused(template: str, values: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the text is compared below
        build_path(Template.parse(template), values)
    assert str(caught.value).startswith(message)


TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.text("/.%a\\?#", max_size=6)
NAMED = {
    "plain": TEXTS.filter(lambda text: text != ""),
    "number": st.integers(-(10**19) + 1, 10**19 - 1),
    "key": st.uuids(),
    "day": st.dates(),
    "inner": TEXTS.filter(lambda text: text != ""),
    "rest": TEXTS.filter(lambda text: not text.startswith("/") and "\0" not in text),
}
LONG = "/x y/{plain}/{number:int}/{key:uuid}/{day:date}/é{inner}.json/{rest:path}"
ALONE = ["/{plain}", "/{number:int}/", "/é{inner}.json", "/{rest:path}"]


@pytest.mark.parametrize("text", [LONG, *ALONE])
@given(data=st.data())
def test_what_is_built_reads_back_the_same(text: str, data: st.DataObject) -> None:
    template = Template.parse(text)
    values = {name: data.draw(NAMED[name]) for name in template.names}
    wholes = [f"{param.prefix}{values[param.name]}{param.suffix}" for param in template.params]
    if any(map(has_dot_segment, wholes)):
        with pytest.raises(ValueError, match="have a meaning of their own"):
            build_path(template, values)
        return
    table: Table[None] = Table()
    table.add("GET", template, None, "Route 'GET'")
    path = build_path(template, values)
    assert path.isascii()
    assert path.isprintable()
    assert not path.startswith("//")
    assert not set(path) & set("?#\\ ")
    assert table.freeze().find("GET", path) == (None, values)
