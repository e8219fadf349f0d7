"""What the bench asks for, and that a wrong answer is not measured."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench import data
from bench.cases import BROWSER, CASES, Case, Exchange
from bench.errors import BenchError
from bench.gates import GATES
from bench.load import write_requests
from bench.rounds import check, planned
from bench.servers import PROGRAMS, nginx_configuration

BY_KEY = {case.key: case for case in CASES}


def server(change: Mapping[str, Any], sample: bool = False) -> Any:
    """Return a stand-in for a Server, which answers rightly but for `change`."""

    def ask(exchange: Exchange) -> tuple[int, Mapping[str, str], bytes]:
        headers = {"content-type": "application/json", "date": "now"} | change.get("headers", {})
        return (
            change.get("status", exchange.status),
            {name: value for name, value in headers.items() if value},
            change.get("body", exchange.body),
        )

    return SimpleNamespace(key="stand-in", program=SimpleNamespace(sample=sample), ask=ask)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_a_case_has_known_servers_ten_headers_and_a_json_answer(case: Case) -> None:
    assert set(case.servers) <= set(PROGRAMS)
    assert case.servers[0] == "restive"
    head, _, body = case.make(1).request.partition(b"\r\n\r\n")
    assert len(BROWSER) == 10
    assert len(head.split(b"\r\n")) == 11 + (2 if body else 0)
    assert json.loads(case.make(1).body)


def test_parameters_and_bodies_differ_from_request_to_request() -> None:
    for key in ("typed", "post"):
        case = BY_KEY[key]
        assert len({case.make(number).request for number in range(case.variants)}) == case.variants


def test_bodies_have_the_sizes_that_are_claimed() -> None:
    assert {len(data.encode(data.order(number))) for number in range(5_000)} == {1024}
    assert 23_000 <= len(data.encoded_rows()) < 24_000
    assert len(json.loads(data.encoded_rows())) == 100


def test_a_right_answer_passes() -> None:
    for case in CASES:
        check(server({}), case)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"status": 500}, "status 500 instead of 201"),
        ({"headers": {"content-type": "text/plain"}}, "type 'text/plain'"),
        ({"headers": {"date": ""}}, "date False instead of True"),
        ({"body": b"{}"}, "length 2 instead of 1024"),
    ],
)
def test_a_wrong_answer_is_told_with_what_it_is(change: Mapping[str, Any], told: str) -> None:
    with pytest.raises(BenchError, match="POST /orders") as error:
        check(server(change), BY_KEY["post"])
    assert told in str(error.value)


def test_a_difference_at_the_end_of_a_long_body_is_seen() -> None:
    body = data.encoded_rows()
    with pytest.raises(BenchError, match="another body"):
        check(server({"body": body[:-1] + b" "}), BY_KEY["rows"])


def test_a_server_of_samples_is_asked_for_the_first_exchange_alone() -> None:
    change = {"body": BY_KEY["typed"].make(0).body}
    check(server(change, sample=True), BY_KEY["typed"])
    with pytest.raises(BenchError, match="body"):
        check(server(change), BY_KEY["typed"])


def test_nginx_gives_the_answers_of_its_cases() -> None:
    text = nginx_configuration(8080)
    assert 'location /hello { return 200 \'{"message":"Hello, World!"}\'; }' in text
    assert "location /items { return 200 " in text
    assert "location /orders { return 201 " in text
    assert "/rows" not in text


def test_quick_keeps_every_case_and_the_servers_of_its_gates() -> None:
    quick = {case.key: list(case.servers) for case in planned(quick=True)}
    assert quick["typed"] == ["restive", "nginx", "fastapi"]
    assert quick["waits"] == ["restive", "fastapi"]
    gated = {gate.case for gate in GATES if ":" in gate.finding}
    assert set(quick) == set(BY_KEY) == gated


def test_requests_are_written_each_after_its_length(tmp_path: Path) -> None:
    write_requests([b"GET / HTTP/1.1\r\n\r\n", b"ab\ncd"], tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"18\nGET / HTTP/1.1\r\n\r\n5\nab\ncd"
