"""BlackSheep: dataclasses for what it sends, with orjson set as its documentation recommends for
speed, and a Pydantic model for what it validates (dataclasses are converted, not validated)."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import orjson
from blacksheep import Application, FromQuery, Response, created, get, post
from blacksheep.settings.json import json_settings
from pydantic import BaseModel, Field

from bench import data


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump()
    raise TypeError(value)


def _dumps(value: object) -> str:
    return orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z).decode()


json_settings.use(loads=orjson.loads, dumps=_dumps)
app = Application()


@dataclass
class Message:
    message: str


@dataclass
class Item:
    id: int
    limit: int
    price: float
    sale: bool


class Customer(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    email: Annotated[str, Field(min_length=3, max_length=200)]
    phone: str


class Address(BaseModel):
    street: str
    city: str
    postcode: str
    country: Annotated[str, Field(min_length=2, max_length=2)]


class Line(BaseModel):
    sku: str
    title: str
    quantity: Annotated[int, Field(ge=1, le=1000)]
    price: Annotated[float, Field(ge=0)]


class Order(BaseModel):
    customer: Customer
    ship_to: Address
    lines: Annotated[list[Line], Field(min_length=1, max_length=100)]
    gift: bool
    note: str


@dataclass
class Owner:
    id: int
    name: str
    email: str


@dataclass
class Row:
    id: int
    title: str
    price: float
    stock: int
    published: datetime
    tags: list[str]
    owner: Owner


ROWS = [Row(**row | {"owner": Owner(**row["owner"])}) for row in data.rows()]


@get("/hello")
async def hello() -> Message:
    return Message("Hello, World!")


@get("/waits")
async def waits() -> Message:
    await asyncio.sleep(0)
    return Message("Hello, World!")


@get("/items/{id}")
async def read_item(
    id: int, limit: FromQuery[int], price: FromQuery[float], sale: FromQuery[bool]
) -> Item:
    return Item(id, limit.value, price.value, sale.value)


@post("/orders")
async def create_order(order: Order) -> Response:
    return created(order)


@get("/rows")
async def read_rows() -> list[Row]:
    return ROWS
