"""Templates: what they mean, and what is refused with which words."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restive.routing import PATH, PLAIN, Param, Template, TemplateError
from restive.routing.convertors import INT

GOOD: list[tuple[str, tuple[object, ...]]] = [
    ("/", ("",)),
    ("/books", ("books",)),
    ("/books/", ("books", "")),
    ("/café/a b", ("café", "a b")),
    ("/.well-known/x", (".well-known", "x")),
    ("/{id:int}", (("id", INT, "", ""),)),
    ("/{id}", (("id", PLAIN, "", ""),)),
    ("/{id:str}", (("id", PLAIN, "", ""),)),
    ("/a/{rest:path}", ("a", ("rest", PATH, "", ""))),
    ("/{id}:borrow", (("id", PLAIN, "", ":borrow"),)),
    ("/v{major:int}.json", (("major", INT, "v", ".json"),)),
]


@pytest.mark.parametrize(("text", "segments"), GOOD, ids=[text for text, _ in GOOD])
def test_segments(text: str, segments: tuple[object, ...]) -> None:
    parsed = Template.parse(text)
    assert str(parsed) == text
    assert segments == tuple(
        (s.name, s.convertor, s.prefix, s.suffix) if isinstance(s, Param) else s
        for s in parsed.segments
    )


def test_names_and_the_form_without_convertors() -> None:
    parsed = Template.parse("/books/{id:int}/v{n}.json/{rest:path}")
    assert parsed.names == ("id", "n", "rest")
    assert parsed.bare_text == "/books/{id}/v{n}.json/{rest}"
    assert Template.parse("/").bare_text == "/"


BAD = [
    ("", "path '' does not start with a slash. Write '/'."),
    ("books", "path 'books' does not start with a slash. Write '/books'."),
    ("//a", "path '//a' has an empty segment. Write one slash, not two."),
    ("/a//b", "path '/a//b' has an empty segment. Write one slash, not two."),
    ("/a/../b", "segment '..' can never be requested: clients resolve it. Take it out."),
    ("/.", "segment '.' can never be requested: clients resolve it. Take it out."),
    (
        "/a?x=1",
        "segment 'a?x=1' holds '?'. "
        "Query parameters are parameters of the handler, not of the path.",
    ),
    ("/a#b", "segment 'a#b' holds '#'. Take it out."),
    ("/a\nb", "segment 'a\\nb' holds '\\n'. Take it out."),
    ("/\ud800", "segment '\\ud800' holds '\\ud800'. Take it out."),
    (
        "/a%20b",
        "segment 'a%20b' holds '%'. "
        "Write the text decoded: requests are decoded before they are compared.",
    ),
    (
        "/<int:id>",
        "segment '<int:id>' holds '<'. Parameters are written '{name}' or '{name:convertor}'.",
    ),
    (
        "/{id",
        "segment '{id' has braces that do not match. "
        "Write '{name}' or '{name:convertor}', without slashes inside.",
    ),
    (
        "/}id{",
        "segment '}id{' has braces that do not match. "
        "Write '{name}' or '{name:convertor}', without slashes inside.",
    ),
    (
        "/{{id}}",
        "segment '{{id}}' has braces that do not match. "
        "Write '{name}' or '{name:convertor}', without slashes inside.",
    ),
    (
        "/{a}-{b}",
        "segment '{a}-{b}' has more than one parameter. Put a slash between them, "
        "or take one parameter and split its text in the handler.",
    ),
    (
        "/{}",
        "'' is not a name that a handler's parameter can have. "
        "Use ASCII letters, digits and underscores, as in '{book_id}'.",
    ),
    (
        "/{class}",
        "'class' is not a name that a handler's parameter can have. "
        "Use ASCII letters, digits and underscores, as in '{book_id}'.",
    ),
    (
        "/{book-id:int}",
        "'book-id' is not a name that a handler's parameter can have. "
        "Use ASCII letters, digits and underscores, as in '{book_id}'.",
    ),
    (
        "/{id:integer}",
        "parameter 'id' wants the convertor 'integer', which is not registered. "
        "Use one of date, int, path, str, uuid, or register it.",
    ),
    (
        "/{id:}",
        "parameter 'id' wants the convertor '', which is not registered. "
        "Use one of date, int, path, str, uuid, or register it.",
    ),
    (
        "/{a}/x/{a:int}",
        "parameter 'a' stands twice in path '/{a}/x/{a:int}'. Rename one.",
    ),
    (
        "/{rest:path}/x",
        "parameter 'rest' takes the rest of the path and is not last in it. "
        "Move it to the end, or use a plain parameter.",
    ),
    (
        "/x{rest:path}",
        "parameter 'rest' takes whole segments and has text beside it. "
        "Write '{rest:path}' after a slash, and nothing else.",
    ),
]


@pytest.mark.parametrize(("text", "message"), BAD, ids=[repr(text) for text, _ in BAD])
def test_refused(text: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        Template.parse(text)
    assert str(caught.value) == message
    assert message == f"{caught.value.problem}. {caught.value.remedy}."


@given(st.text(alphabet="/{}:.a%b\n intpah", max_size=20))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with suppress(TemplateError):  # nothing else may come out
        assert len(Template.parse(text).segments) == text.count("/")
