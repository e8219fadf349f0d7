"""Test an app in process: `Client(app)`, or `AsyncClient(app)` in tests that are coroutines."""

from __future__ import annotations

try:
    import httpx2  # noqa: F401
except ImportError as error:
    raise ImportError(
        "restive.testing needs httpx2. Install it with: pip install 'restive[standard]'."
    ) from error

from restive.testing.client import AsyncClient, Client

__all__ = ["AsyncClient", "Client"]
