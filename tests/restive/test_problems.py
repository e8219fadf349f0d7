"""Problems as answers (RFC 9457)."""

import msgspec
import pytest
from msgspec import Struct

from restive.errors import (
    Conflict,
    FieldError,
    MethodNotAllowed,
    NotFound,
    Problem,
    UnprocessableContent,
)
from restive.problems import internal_error, problem_response
from restive.values.output import OutputError


class Owner(Struct):
    name: str


class Spy(Owner):
    hidden: str = "hunter2"


class OutOfStock(Conflict):
    """There are not enough."""

    type = "https://example.com/out-of-stock"
    title = "Out of stock"
    code = "out_of_stock"
    left: int
    owners: list[Owner]


def test_a_problem_is_sent_as_what_it_is() -> None:
    response = problem_response(OutOfStock("Only 3.", left=3, instance="/orders/1"))
    assert response.status == 409
    assert list(response.headers.items()) == [("content-type", "application/problem+json")]
    assert msgspec.json.decode(response.body) == {
        "type": "https://example.com/out-of-stock",
        "title": "Out of stock",
        "status": 409,
        "detail": "Only 3.",
        "instance": "/orders/1",
        "code": "out_of_stock",
        "left": 3,
    }


def test_header_fields_come_along() -> None:
    response = problem_response(MethodNotAllowed(["GET", "HEAD"]))
    assert (response.status, response.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("headers", "vary"), [({}, "Accept"), ({"Vary": "Origin"}, "Origin, Accept")]
)
def test_vary(headers: dict[str, str], vary: str) -> None:
    response = problem_response(NotFound(headers=headers), vary=True)
    assert response.headers["vary"] == vary
    assert [name for name, _ in response.headers.fields].count("vary") == 1


def test_errors_of_input_are_listed() -> None:
    errors = [
        FieldError(detail="Too small.", code="too_small", pointer="/a", expected="int >= 1"),
        FieldError(detail="Unknown.", code="unknown", parameter="pag", did_you_mean=["page"]),
    ]
    document = msgspec.json.decode(
        problem_response(UnprocessableContent(errors, truncated=True)).body
    )
    assert document["errors"] == [
        {"detail": "Too small.", "code": "too_small", "pointer": "/a", "expected": "int >= 1"},
        {"detail": "Unknown.", "code": "unknown", "parameter": "pag", "did_you_mean": ["page"]},
    ]
    assert document["truncated"] is True


def test_members_leave_as_they_are_declared() -> None:
    response = problem_response(OutOfStock(left=0, owners=[Spy("a")]))
    assert msgspec.json.decode(response.body)["owners"] == [{"name": "a"}]
    with pytest.raises(OutputError):
        problem_response(OutOfStock(owners=[object()]))


def failure(error: Exception) -> Exception:
    """The error with a traceback."""
    try:
        raise error  # noqa: TRY301
    except Exception as raised:
        return raised


def test_an_internal_error_tells_nothing_in_production() -> None:
    response = problem_response(internal_error(failure(KeyError("hunter2")), dev=False))
    assert msgspec.json.decode(response.body) == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "The server failed to answer this request.",
    }


def test_an_internal_error_tells_all_in_development() -> None:
    problem = internal_error(failure(ValueError("caf\ud800")), dev=True)
    document = msgspec.json.decode(problem_response(problem).body)
    assert document["detail"] == r"ValueError: caf\ud800"
    assert document["traceback"].startswith("Traceback (most recent call last)")
    assert "test_problems.py" in document["traceback"]
    assert isinstance(problem, Problem)
