"""A results document as `make compare` writes it, complete for four frameworks.

TEST DATA: every number here is invented. It is the shape of docs/reference/results.md that counts.
"""

from collections.abc import Mapping
from typing import Any

OPERATIONS = {
    "read": ("Read one book", "GET /books/{id}", 45),
    "list": ("A page of 20 books with authors", "GET /books?page=", 20),
    "search": ("Search, filter and sort", "GET /books?q=&price_max=&sort=", 10),
    "account": ("Check a token, read the account", "GET /me", 15),
    "order": ("Order two books", "POST /orders", 5),
    "refused": ("Refuse a body of four faults", "POST /books", 5),
    "mix": ("All six, mixed", "", 100),
}
CHECKS = {
    "contract.health": ("contract", "GET /health says that the app is up", "contract"),
    "http.head": ("http", "HEAD answers as GET does, without a body", "RFC 9110, 9.3.2"),
    "http.options": ("http", "OPTIONS answers with what is allowed", "RFC 9110, 9.3.7"),
    "http.range": ("http", "A range of bytes is 206 with just those", "RFC 9110, 14.2"),
    "security.framing": ("security", "Other sites may not frame the pages", "OWASP ASVS 5.0"),
    "security.versions": ("security", "No header tells the version of anything", "OWASP ASVS 5.0"),
    "documentation.valid": ("documentation", "The document is valid OpenAPI", "OpenAPI 3.1"),
    "documentation.errors": ("documentation", "Errors are documented", "contract"),
} | {
    f"{group}.more-{number}": (group, f"One more check, number {number}", "contract")
    for group in ("http", "security", "documentation")
    for number in range(12)
}
_PASSED = {"verdict": "passed"}
_GAP = {
    "verdict": "gap",
    "found": "HEAD /books/1 answered 405",
    "owner": "framework",
    "reason": "Invented for a test: only GET is registered.",
    "takes": "A second decorator for each route.",
}

# CPU µs of the mix, p99 ms, start-up s, memory MB, growth s, last route µs, lines (app, spec,
# config), lines and concepts of the smallest app, packages, statements of 100 books.
_FIGURES: Mapping[str, tuple[str, Mapping[str, str], tuple[float, ...]]] = {
    "fastapi": (
        "FastAPI",
        {"fastapi": "0.165.0", "pydantic": "2.14.3", "sqlalchemy": "2.1.0"},
        (900, 21, 1.4, 190, 2.9, 45, 610, 0, 40, 12, 5, 26, 3),
    ),
    "flask": (
        "Flask",
        {"flask": "3.1.3", "flask-smorest": "0.47.0", "sqlalchemy": "2.1.0"},
        (1500, 24, 0.9, 110, 1.1, 6, 640, 0, 45, 10, 4, 30, 3),
    ),
    "drf": (
        "Django REST framework",
        {"Django": "6.1.3", "djangorestframework": "3.18.3"},
        (2100, 31, 1.1, 140, 1.6, 60, 560, 0, 110, 24, 9, 14, 4),
    ),
    "pyramid": (
        "Pyramid",
        {"pyramid": "2.1", "SQLAlchemy": "2.1.0"},
        (1300, 19, 1.0, 95, 1.3, 14, 700, 420, 60, 14, 7, 34, 3),
    ),
}
_FACTS: Mapping[str, tuple[bool, bool, int, int]] = {
    # coroutines on the server's loop, ORM included, points of each rubric, dependents
    "fastapi": (True, False, 5, 620),
    "flask": (False, False, 4, 900),
    "drf": (False, True, 5, 800),
    "pyramid": (False, False, 3, 60),
}
_BAD = {"method": "POST", "path": "/books", "body": {"title": "", "price": -1}}


def results() -> dict[str, Any]:
    """Return the document; each call makes a new one that a test may change."""
    return {
        "date": "2026-11-22",
        "python": "3.13.0",
        "machine": {"system": "Linux", "cpu": "A processor of a test", "cores": 2},
        "quick": False,
        "seconds": 1200,
        "installing": 80,
        "reference": "fastapi",
        "operations": {
            key: {"title": title, "request": request, "share": share}
            for key, (title, request, share) in OPERATIONS.items()
        },
        "checks": {
            key: {"group": group, "title": title, "rule": rule}
            for key, (group, title, rule) in CHECKS.items()
        },
        "frameworks": {key: _framework(key) for key in _FIGURES},
    }


def _framework(key: str) -> dict[str, Any]:
    name, versions, figures = _FIGURES[key]
    cpu, p99, start, memory, grown, route, app, spec, config, least, ideas, packages, sql = figures
    return {
        "name": name,
        "versions": dict(versions),
        "deployment": f"serve-{key} --workers 2",
        "problems": {},
        "speed": {operation: _speed(key, cpu, at) for at, operation in enumerate(OPERATIONS)},
        "latency": {
            "rate": 40,
            "sent": 1000,
            "failed": 0,
            "p50_ms": p99 / 3,
            "p99_ms": p99,
            "max_ms": p99 * 2,
        },
        "startup": {"seconds": start, "cpu_seconds": start * 1.2, "rounds": [start] * 3},
        "memory": {"mb": memory * 0.8, "loaded_mb": memory},
        "growth": {
            "routes": 300,
            "packages": 20,
            "startup_seconds": grown,
            "startup_cpu_seconds": grown * 1.1,
            "first_request_ms": grown * 10,
            "first_route_us": 5,
            "last_route_us": route,
            "memory_mb": memory * 1.5,
        },
        "lines": _lines(app, spec, config),
        "packages": {"count": packages, "mb": packages * 1.7},
        "statements": {
            "list_20": sql,
            "list_100": sql,
            "orders_20": sql + 1,
            "orders_100": sql + 1,
            "read": 1,
            "order": 5,
        },
        "checks": {
            check: dict(_GAP if (len(check) * len(key) + ord(check[-1])) % 7 == 0 else _PASSED)
            for check in CHECKS
        },
        "openapi": {"version": "3.1.0", "operations": 20, "valid": True},
        "headers": {"/books/1": ["X-Content-Type-Options"], "/nothing/here": [], "/docs": []},
        "bad_request": {
            "request": _BAD,
            "status": 422 if key == "fastapi" else 400,
            "type": "application/json",
            "body": f'{{"errors": {{"title": "may not be empty, says {key}"}}}}',
        },
        "code": {
            "Read one book": [
                {"file": "app.py", "source": f"def read(book):  # {key}\n    return 'one'\n"}
            ],
            "Order books": [{"file": "orders.py", "source": "class Order:\n    lines = 2\n"}],
        },
        "first": {
            "source": [{"file": "app.py", "source": f"import {key}\n\napp = {key}.App()\n"}],
            "lines": least,
            "concepts": [f"concept {number}" for number in range(int(ideas))],
            "install_seconds": 12.0,
            "start_seconds": 0.5,
        },
        "facts": _facts(key),
    }


def _speed(key: str, cpu: float, at: int) -> dict[str, Any]:
    ratio = cpu / 900
    spread = 0.0 if key == "fastapi" else 0.04 + at / 200
    mine = cpu * (1 + at / 10)
    return {
        "cpu_us": mine,
        "ratio": {"median": ratio, "low": ratio * (1 - spread), "high": ratio * (1 + spread)},
        "rounds": [mine * 0.95, mine, mine * 1.07],
    }


def _lines(app: float, spec: float, config: float) -> dict[str, int]:
    lines = {"app": app, "config": config, "load": 40, "generated": 0, "tests": 200}
    return {kind: int(count) for kind, count in (lines | ({"spec": spec} if spec else {})).items()}


def _facts(key: str) -> dict[str, Any]:
    native, orm, points, dependents = _FACTS[key]
    return {
        "async_native": _fact("Coroutines on the server's loop", native),
        "orm_included": _fact("ORM, migrations and an admin site", orm),
        "dependents": _fact("Packages that need it", dependents),
        "downloads": {"title": "Downloads", "unit": "", "missing": "Invented: nobody counted."},
        "release": _fact("Newest release", "1.0"),
        "documentation": _rubric("Documentation", points),
        "builtin": _rubric("What comes with it", points),
        "tools": _rubric("Tools for large codebases", points),
    }


def _rubric(title: str, points: int) -> dict[str, Any]:
    criteria = {
        f"criterion_{number}": _fact(f"Point number {number}", number < points)
        for number in range(6)
    }
    return {"title": title, "caveat": "Counted", "value": points, "of": 6, "criteria": criteria}


def _fact(title: str, value: object) -> dict[str, object]:
    return {
        "title": title,
        "unit": "",
        "value": value,
        "date": "2026-11-20",
        "source": "invented for a test",
        "caveat": "it is no fact at all",
    }
