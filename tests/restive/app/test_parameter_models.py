"""Models whose fields are parameters."""

from dataclasses import dataclass, field
from typing import Annotated, Any, TypedDict

import attrs
import msgspec
import pydantic
import pytest

from restive import App, Cookie, Header, Path, Query
from tests.restive.app.conftest import Serve
from tests.restive.app.test_parameters import Genre


class StructFilter(msgspec.Struct, rename="camel"):
    max_price: int
    tags: list[str] = []
    genre: Genre | None = None


@dataclass
class DataFilter:
    max_price: int
    tags: list[str] = field(default_factory=list)
    genre: Genre | None = None


@attrs.define
class AttrsFilter:
    max_price: int
    tags: list[str] = attrs.field(factory=list)
    genre: Genre | None = None


class PydanticFilter(pydantic.BaseModel):
    max_price: int
    tags: list[str] = []
    genre: Genre | None = None


class TypedFilter(TypedDict, total=False):
    max_price: int
    tags: list[str]
    genre: Genre


@pytest.mark.parametrize("model", [StructFilter, DataFilter, AttrsFilter, PydanticFilter])
def test_parameter_models(serve: Serve, model: Any) -> None:
    app = App()
    seen: list[Any] = []

    @app.get("/x")
    async def handler(f: Annotated[model, Query()], page: int = 1) -> int:
        seen.append(f)
        return page

    name = "maxPrice" if model is StructFilter else "max_price"
    client = serve(app)
    assert client.get(f"/x?{name}=5&tags=a&tags=b&genre=novel&page=2").json() == 2
    assert client.get(f"/x?{name}=5").status == 200
    full = model(max_price=5, tags=["a", "b"], genre=Genre.NOVEL)
    assert seen == [full, model(max_price=5, tags=[], genre=None)]
    answer = client.get("/x?tags=a&genre=x&page=y")
    assert answer.status == 422
    assert [(e["parameter"], e["code"]) for e in answer.json()["errors"]] == [
        (name, "missing"),
        ("genre", "not_one_of"),
        ("page", "type"),
    ]
    unknown = client.get(f"/x?{name}=1&tagz=1")
    assert unknown.status == 400
    assert unknown.json()["errors"][0]["did_you_mean"] == ["tags"]


def test_a_typed_dict_holds_what_was_given(serve: Serve) -> None:
    app = App()

    @app.get("/x")
    async def handler(f: Annotated[TypedFilter, Query()]) -> list[str]:
        return sorted(f)

    client = serve(app)
    assert client.get("/x?genre=novel&max_price=1").json() == ["genre", "max_price"]
    assert client.get("/x").json() == []


def test_models_of_headers_cookies_and_path(serve: Serve) -> None:
    class Seen(msgspec.Struct):
        x_first: str
        x_second: int = 2

    class Place(msgspec.Struct):
        shelf: str
        id: int

    app = App()

    @app.get("/{shelf}/{id}")
    async def handler(
        place: Annotated[Place, Path],
        fields: Annotated[Seen, Header],
        cookies: Annotated[Seen, Cookie],
    ) -> tuple[Place, Seen, Seen]:
        return place, fields, cookies

    client = serve(app)
    answer = client.get("/a/7", headers={"X-First": "h", "cookie": "x_first=c; x_second=4"})
    assert answer.json() == [
        {"shelf": "a", "id": 7},
        {"x_first": "h", "x_second": 2},
        {"x_first": "c", "x_second": 4},
    ]
    errors = client.get("/a/b").json()["errors"]
    assert [(e["location"], e["parameter"]) for e in errors] == [
        ("path", "id"),
        ("header", "x-first"),
        ("cookie", "x_first"),
    ]


class Range(msgspec.Struct):
    low: int = 0
    high: int = 9

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low is above high")


class PydanticRange(pydantic.BaseModel):
    low: int = 0
    high: int = 9

    @pydantic.field_validator("high")
    @classmethod
    def even(cls, value: int) -> int:
        if value % 2 == 0:
            raise ValueError("high is even")
        return value


def test_what_a_model_checks_itself(serve: Serve) -> None:
    app = App()

    @app.get("/struct")
    async def struct(r: Annotated[Range, Query()], other: int = 0) -> int:
        return r.high

    @app.get("/pydantic")
    async def by_pydantic(r: Annotated[PydanticRange, Query()]) -> int:
        return r.high

    client = serve(app)
    assert client.get("/struct?low=2&high=3").json() == 3
    answer = client.get("/struct?low=3&high=2")
    assert answer.status == 422
    [error] = answer.json()["errors"]
    assert (error["detail"], error["location"]) == ("low is above high", "query")
    assert "parameter" not in error
    answer = client.get("/pydantic?high=2")
    assert answer.status == 422
    [error] = answer.json()["errors"]
    assert (error["parameter"], error["location"]) == ("high", "query")
    assert "high is even" in error["detail"]
