"""Whatever a client sends, the answer is a problem that says so, and never 500."""

import json
import time
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from restive import App, Body, Header, Limits, Patch, Request
from tests.restive.app.conftest import Serve
from tests.restive.app.driver import Client

JSON = {"content-type": "application/json"}


class Item(msgspec.Struct):
    name: str
    count: int = 0
    ratio: float = 0.0
    children: list["Item"] = []


def make_app() -> App:
    app = App(limits=Limits(body=2_000_000))

    @app.post("/items")
    async def create(item: Item, x_n: Annotated[int, Header()] = 0, q: int = 0) -> Item:
        return item

    @app.post("/list")
    async def create_all(items: list[Item]) -> int:
        return len(items)

    @app.post("/any")
    def anything(it: Annotated[Any, Body()]) -> None: ...

    @app.patch("/items")
    async def change(patch: Patch[Item]) -> list[str]:
        return sorted(patch)

    @app.get("/files/{path:path}")
    async def file(path: str) -> str:
        return path

    @app.get("/one/{name}")
    async def one(name: str) -> str:
        return name

    @app.get("/raw")
    async def raw(request: Request) -> list[Any]:
        return [request.query, request.cookies, dict(request.headers)]

    return app


# name, body, status: none of them is what `Item` wants
BODIES: list[tuple[str, bytes, int]] = [
    ("empty", b"", 400),
    ("spaces", b"  \n", 400),
    ("cut off", b'{"name": "x"', 400),
    ("cut in a string", b'{"name": "x', 400),
    ("two values", b'{"name": "x"} {}', 400),
    ("a comma too many", b'{"name": "x",}', 400),
    ("single quotes", b"{'name': 'x'}", 400),
    ("a comment", b'{"name": "x"} // no', 400),
    ("NaN", b'{"name": "x", "ratio": NaN}', 400),
    ("Infinity", b'{"name": "x", "ratio": -Infinity}', 400),
    ("not UTF-8", b'{"name": "\xff"}', 400),
    ("UTF-16", '{"name": "x"}'.encode("utf-16"), 400),
    ("a byte order mark", b'\xef\xbb\xbf{"name": "x"}', 400),
    ("a control character", b'{"name": "\x01"}', 400),
    ("a lone surrogate", b'{"name": "\\ud800"}', 400),
    ("a lone low surrogate", b'{"name": "\\udc00x"}', 400),
    ("a bad escape", b'{"name": "\\x"}', 400),
    ("65 deep", b"[" * 65 + b"]" * 65, 400),
    ("100,000 deep", b"[" * 100_000, 400),
    ("objects 100,000 deep", b'{"a":' * 100_000, 400),
    ("5,000 digits", b'{"name": "x", "count": ' + b"9" * 5000 + b"}", 400),
    ("a number above the range", b'{"name": "x", "ratio": 1e999}', 400),
    ("leading zeros", b'{"name": "x", "count": 007}', 400),
    ("null", b"null", 422),
    ("a list", b"[]", 422),
    ("a text", b'"x"', 422),
    ("wrong types", b'{"name": 1, "count": "x", "ratio": [], "children": {}}', 422),
    ("a child of its own", b'{"name": "x", "children": [{"name": "y", "count": true}]}', 422),
]


@pytest.mark.parametrize(("name", "body", "status"), BODIES, ids=[name for name, _, _ in BODIES])
def test_bad_bodies(serve: Serve, name: str, body: bytes, status: int) -> None:
    client = serve(make_app())
    for method in ("POST", "PATCH"):
        answer = client.request(method, "/items", body=body, headers=JSON)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.status == status, answer
        problem = answer.json()
        assert problem["errors"]
        assert all(error["detail"] and error["code"] for error in problem["errors"])


def test_large_numbers_are_no_500(serve: Serve) -> None:
    client = serve(make_app())
    for number in (b"9" * 100, b"-" + b"9" * 4000, b"1e400", b"0." + b"0" * 4000 + b"1"):
        body = b'{"name": "x", "count": ' + number + b"}"
        assert client.request("POST", "/items", body=body, headers=JSON).status in (200, 400, 422)
        answer = client.request("POST", "/any", body=number, headers=JSON)
        assert answer.status in (204, 400)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/one/a%2Fb", 200),
        ("/one/%C3%BC", 200),
        ("/one/%ff", 400),
        ("/one/%c3", 400),
        ("/one/%zz", 400),
        ("/one/%", 400),
        ("/one/..", 400),
        ("/one/%2e%2e", 400),
        ("/one/.", 400),
        ("/files/../x", 400),
        ("/files/a/%2e%2e/b", 400),
        ("/files/a%2f..%2fb", 400),
        ("/files/a//b", 200),
        ("/files//etc/passwd", 404),
        ("/files/%2Fetc%2Fpasswd", 404),
        ("/files/a%00b", 404),
        ("//one/x", 404),
        ("/one/", 404),
        ("/one/x/", 404),
        ("/ONE/x", 404),
    ],
)
def test_encoded_slashes_and_dot_segments(serve: Serve, path: str, status: int) -> None:
    answer = serve(make_app()).get(path)
    assert answer.status == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
    if path == "/one/a%2Fb":
        assert answer.json() == "a/b"


@pytest.mark.parametrize("query", ["q=%ff", "q=%c3%28", "%ff=1", "q=%ed%a0%80", "%ed%a0%80"])
def test_a_query_that_is_not_utf_8_is_400(serve: Serve, query: str) -> None:
    client = serve(make_app())
    for path in ("/items", "/raw"):
        method = "POST" if path == "/items" else "GET"
        answer = client.request(method, f"{path}?{query}", body=b'{"name":"x"}', headers=JSON)
        assert answer.status == 400
        assert answer.json()["errors"][0]["code"] == "encoding"


def test_malformed_percent_encoding_in_a_query_is_taken_as_it_is(serve: Serve) -> None:
    answer = serve(make_app()).get("/raw?a=%&b=%zz&c=%2")
    assert answer.json()[0] == {"a": ["%"], "b": ["%zz"], "c": ["%2"]}


def test_a_parameter_of_5000_digits(serve: Serve) -> None:
    client = serve(make_app())
    digits = "9" * 5000
    answer = client.request("POST", f"/items?q={digits}", body=b'{"name":"x"}', headers=JSON)
    assert (answer.status, answer.json()["errors"][0]["parameter"]) == (400, "q")
    answer = client.request("POST", "/items", body=b'{"name":"x"}', headers={**JSON, "x-n": digits})
    assert (answer.status, answer.json()["errors"][0]["parameter"]) == (400, "x-n")


def test_a_long_unknown_name_is_not_sent_back_whole(serve: Serve) -> None:
    answer = serve(make_app()).post(f"/items?{'x' * 7000}=1", {"name": "x"})
    assert answer.status == 400
    assert len(answer.body) < 1000


def test_a_megabyte_of_bad_values_costs_little(serve: Serve) -> None:
    client = serve(make_app())
    if client.name != "asgi":
        pytest.skip("measured without sockets, once")
    good = json.dumps([{"name": "x" * 20, "count": 1}] * 20_000).encode()
    bad = json.dumps([{"name": 1, "count": "y" * 20}] * 20_000).encode()

    def cost(body: bytes, status: int) -> float:
        best = 9.0
        for _ in range(5):
            start = time.perf_counter()
            answer = client.request("POST", "/list", body=body, headers=JSON)
            best = min(best, time.perf_counter() - start)
            assert answer.status == status
        return best

    taken = cost(bad, 422)
    assert taken < 5 * cost(good, 200) + 0.005
    answer = client.request("POST", "/list", body=bad, headers=JSON)
    assert len(answer.json()["errors"]) == 100
    assert answer.json()["truncated"] is True


@pytest.mark.parametrize(
    "headers",
    [
        [("cookie", "=;;=x; a")],
        [("cookie", "\xff=\xfe")],
        [("accept", ",;q=,*/*;q=2")],
        [("accept", '"' * 500)],
        [("accept", "a/b;" * 200)],
        [("content-type", '"')],
        [("x-n", "")],
        [("x-n", "\xff")],
    ],
    ids=repr,
)
def test_odd_header_fields_are_no_500(serve: Serve, headers: list[tuple[str, str]]) -> None:
    client = serve(make_app())
    assert client.get("/raw", headers=headers).status in (200, 406)
    answer = client.request(
        "POST",
        "/items",
        body=b'{"name":"x"}',
        headers=[*headers, ("content-type", JSON["content-type"])],
    )
    assert answer.status in (200, 400, 406, 415, 422)


@pytest.fixture
def fuzzed(serve: Serve) -> Client:
    return serve(make_app())


IN_PROPERTIES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@IN_PROPERTIES
@given(body=st.binary(max_size=200))
def test_no_body_is_500(fuzzed: Client, body: bytes) -> None:
    for content_type in ("application/json", "application/msgpack"):
        headers = {"content-type": content_type}
        assert fuzzed.request("POST", "/items", body=body, headers=headers).status < 500


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@IN_PROPERTIES
@given(value=st.fixed_dictionaries({}, optional={n: VALUES for n in ("name", "count", "children")}))
def test_no_json_is_500(fuzzed: Client, value: Any) -> None:
    body = json.dumps(value).encode("utf-8", "surrogatepass")
    for method in ("POST", "PATCH"):
        assert fuzzed.request(method, "/items", body=body, headers=JSON).status < 500


PATHS = st.text("abc/.%20fF", max_size=20)


@IN_PROPERTIES
@given(path=PATHS, query=st.text("qa=&%+2fF", max_size=20))
def test_no_target_is_500(fuzzed: Client, path: str, query: str) -> None:
    for prefix in ("/one/", "/files/", "/", "/raw"):
        assert fuzzed.get(f"{prefix}{path}?{query}").status < 500
