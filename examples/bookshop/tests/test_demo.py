"""The front page: its lines answer as it says, and it shows what it got as text."""

import shlex

import pytest
from restive.testing import Client

import demo
from bookshop.tables import Author, Book
from landing import PARTS, Line
from tests.conftest import Headers

LINES = [line for part in PARTS for line in part.lines]


def asked(client: Client, line: Line, token: str) -> int:
    """Send what curl would send for the line; return the status of the answer."""
    words = shlex.split(line.options.replace("$TOKEN", token))
    method, headers, content = "", {}, None
    while words:
        option = words.pop(0)
        if option in ("-N", "-I"):
            method = "HEAD" if option == "-I" else method
            continue
        value = words.pop(0)
        if option == "-H":
            name, _, text = value.partition(": ")
            headers[name] = text
        elif option == "-X":
            method = value
        elif option == "-d":
            content = value.encode()
        else:
            assert option == "-o", option
    method = method or ("GET" if content is None else "POST")
    return client.request(method, line.path, headers=headers, content=content).status_code


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.shows)
def test_each_line_answers_as_the_page_says(
    client: Client, line: Line, staff: Headers, book: Book, author: Author
) -> None:
    assert (book.id, author.id) == (1, 1)
    path = line.path.replace("ticks=3", "ticks=1")
    line = Line(line.shows, path, line.status, line.options)
    assert asked(client, line, staff["Authorization"].removeprefix("Bearer ")) == line.status


def test_front_page(client: Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert 'href="/docs"' in answer.text
    assert answer.text.count("curl -i") == len(LINES)
    assert "SHOP=http://testserver" in answer.text
    assert "$begin" not in answer.text


def test_guide_is_linked_where_it_is_there(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    linked = 'href="/guide"' in client.get("/").text
    assert linked == (client.get("/guide").status_code == 200) == demo.GUIDE.exists()
    monkeypatch.setattr(demo, "GUIDE", demo.GUIDE.with_name("nothing.html"))
    assert 'href="/guide"' not in client.get("/").text
    assert client.get("/guide").status_code == 404


def test_demo_is_no_part_of_the_document(client: Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert "/" not in paths
    assert not [path for path in paths if path.startswith(("/demo", "/guide"))]
