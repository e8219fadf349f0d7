"""FastAPI: async handlers, Pydantic models as return types (its documented fast path for JSON)."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import FastAPI, Query
from pydantic import BaseModel, Field

from bench import data

app = FastAPI()


class Message(BaseModel):
    message: str


class Item(BaseModel):
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


class Owner(BaseModel):
    id: int
    name: str
    email: str


class Row(BaseModel):
    id: int
    title: str
    price: float
    stock: int
    published: datetime
    tags: list[str]
    owner: Owner


ROWS = [Row.model_validate(row) for row in data.rows()]


@app.get("/hello")
async def hello() -> Message:
    return Message(message="Hello, World!")


@app.get("/waits")
async def waits() -> Message:
    await asyncio.sleep(0)
    return Message(message="Hello, World!")


@app.get("/items/{id}")
async def read_item(
    id: int, limit: Annotated[int, Query(ge=1, le=100)], price: float, sale: bool = False
) -> Item:
    return Item(id=id, limit=limit, price=price, sale=sale)


@app.post("/orders", status_code=201)
async def create_order(order: Order) -> Order:
    return order


@app.get("/rows")
async def read_rows() -> list[Row]:
    return ROWS
