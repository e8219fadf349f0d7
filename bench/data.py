"""What the apps serve and the load asks for: plain values, the same for every app.

Standard library only: the apps of all peers import this.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

ROWS = 100
ORDER_BYTES = 1024
_FIRST = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_WORDS = ("Night", "Garden", "House", "River", "Winter", "Letters", "Island")


def encode(value: Any) -> bytes:
    """Return `value` as the JSON that every app has to answer, to the byte."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def message() -> dict[str, Any]:
    """Return what `GET /hello` and `GET /waits` answer."""
    return {"message": "Hello, World!"}


def item(number: int) -> dict[str, Any]:
    """Return what `GET /items/{id}` answers to the parameters of the request `number`."""
    return {
        "id": 100_000 + number,
        "limit": 10 + number % 90,
        "price": 100 + number / 4 % 800,
        "sale": number % 2 == 0,
    }


def order(number: int) -> dict[str, Any]:
    """Return an order that takes ORDER_BYTES as JSON; each of the first 10,000 is another one."""
    value = {
        "customer": {
            "name": "Ada Lovelace",
            "email": f"ada.{number:05}@example.org",
            "phone": "+44 20 7946 0958",
        },
        "ship_to": {
            "street": "12 Saint James Square",
            "city": "London",
            "postcode": "SW1Y 4JH",
            "country": "GB",
        },
        "lines": [
            {
                "sku": f"BK-{number:05}-{line}",
                "title": f"{_WORDS[(number + line) % 7]} of the year 19{line:02}",
                "quantity": 1 + (number + line) % 9,
                "price": 10 + line * 0.25,
            }
            for line in range(8)
        ],
        "gift": True,
        "note": "",
    }
    return value | {"note": "." * (ORDER_BYTES - len(encode(value)))}


def rows() -> list[dict[str, Any]]:
    """Return the rows of `GET /rows`; `published` is a datetime in UTC."""
    return [
        {
            "id": 1000 + number,
            "title": f"The {_WORDS[number % 7]} and the {_WORDS[number % 5]}, volume {number:03}",
            "price": 10 + number / 4,
            "stock": number % 40,
            "published": _FIRST + timedelta(days=number, minutes=number),
            "tags": ["fiction", _WORDS[number % 7].lower(), "paperback"],
            "owner": {
                "id": 1 + number % 9,
                "name": "Ada Lovelace",
                "email": f"ada.lovelace.{number:03}@example.org",
            },
        }
        for number in range(ROWS)
    ]


def encoded_rows() -> bytes:
    """Return the JSON of `GET /rows`."""
    plain = [row | {"published": f"{row['published']:%Y-%m-%dT%H:%M:%SZ}"} for row in rows()]
    return encode(plain)
