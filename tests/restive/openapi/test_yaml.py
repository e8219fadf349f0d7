"""The YAML emitter: what a YAML reader gives back is what went in."""

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from restive.openapi.yaml import dump

text = st.text(st.characters(exclude_categories=["Cs"]))
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
) | text
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4)
)


@given(values)
@example({"a": [[1, [2]], [], {}, {"b": "x\ny\n"}]})
@example("two\n lines")
@example(["two\n\nlines", {"k": "a\nb"}])
@example({"x" * 2000: 1})
@example({"a": {"y" * 2000: {"b": 1}}})
@example([1e22, -1e-7, 1.5])
def test_a_reader_gives_back_what_went_in(value: Any) -> None:
    assert yaml.safe_load(dump(value)) == value


@pytest.mark.parametrize(
    "value",
    ["", "yes", "No", "null", "~", "1", "1.0", "0x1f", "2026-01-01", "1:30", "- a", "a: b", "a #b",
     "#a", "&a", "*a", "!a", "%a", "@a", "`a`", "'a'", '"a"', "{a}", "[a]", "a:", "? a", "| a",
     "> a", "<<", "=", ".inf", "---", "...", "a ", " a", "\t", "a\tb", "\x85", "\u2028", "\ufeff",
     "\x7f", "é", "😀", "a\r\nb", "a\n\n", "\na\nb", "a\n b\n", "a \nb", "C:\\x", "on", "y"],
)  # fmt: skip
def test_text_stays_text(value: str) -> None:
    assert yaml.safe_load(dump(value)) == value
    assert yaml.safe_load(dump({value: value})) == {value: value}
    assert yaml.safe_load(dump([value, [value]])) == [value, [value]]


def test_it_reads_well() -> None:
    document = {
        "openapi": "3.1.0",
        "paths": {"/books/{id}": {"get": {"tags": ["books"], "parameters": [{"name": "id"}]}}},
        "responses": {"200": {"description": "First.\nSecond."}},
        "empty": [{}, []],
    }
    assert dump(document) == (
        'openapi: "3.1.0"\n'
        "paths:\n"
        "  /books/{id}:\n"
        "    get:\n"
        "      tags:\n"
        "        - books\n"
        "      parameters:\n"
        "        - name: id\n"
        "responses:\n"
        '  "200":\n'
        "    description: |-\n"
        "      First.\n"
        "      Second.\n"
        "empty:\n"
        "  - {}\n"
        "  - []\n"
    )


def test_what_json_has_not_is_refused() -> None:
    with pytest.raises(TypeError, match="YAML has no form for set"):
        dump({"a": {1}})
    with pytest.raises(ValueError, match="Out of range"):
        dump([float("nan")])
