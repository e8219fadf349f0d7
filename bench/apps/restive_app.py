"""Restive: the same typed handlers, with msgspec Structs."""

import asyncio
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct, convert

from bench import data
from restive import App

app = App(title="bench")


class Message(Struct):
    message: str


class Item(Struct):
    id: int
    limit: int
    price: float
    sale: bool


class Customer(Struct):
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    email: Annotated[str, Meta(min_length=3, max_length=200)]
    phone: str


class Address(Struct):
    street: str
    city: str
    postcode: str
    country: Annotated[str, Meta(min_length=2, max_length=2)]


class Line(Struct):
    sku: str
    title: str
    quantity: Annotated[int, Meta(ge=1, le=1000)]
    price: Annotated[float, Meta(ge=0)]


class Order(Struct):
    customer: Customer
    ship_to: Address
    lines: Annotated[list[Line], Meta(min_length=1, max_length=100)]
    gift: bool
    note: str


class Owner(Struct):
    id: int
    name: str
    email: str


class Row(Struct):
    id: int
    title: str
    price: float
    stock: int
    published: datetime
    tags: list[str]
    owner: Owner


ROWS = convert(data.rows(), list[Row])


@app.get("/hello")
async def hello() -> Message:
    return Message("Hello, World!")


@app.get("/waits")
async def waits() -> Message:
    await asyncio.sleep(0)
    return Message("Hello, World!")


@app.get("/items/{id}")
async def read_item(
    id: int, limit: Annotated[int, Meta(ge=1, le=100)], price: float, sale: bool = False
) -> Item:
    return Item(id, limit, price, sale)


@app.post("/orders", status=201)
async def create_order(order: Order) -> Order:
    return order


@app.get("/rows")
async def read_rows() -> list[Row]:
    return ROWS
