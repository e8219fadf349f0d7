"""The bookshop with a front page, and two routes for what a bookshop has no use for.

    python3 -m guide serve restive

in the repository's root fills a database and serves this on http://127.0.0.1:8000.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from msgspec import Meta
from restive import Accepted, BackgroundTasks, Html, NotFound, Request, Router, Stream

from bookshop.app import app
from landing import front_page

GUIDE = Path(__file__).parents[2] / "guide" / "results" / "index.html"
# The page holds its own style, and nothing else is loaded.
ONLY_STYLE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
}

router = Router(hidden=True)


@router.get("/")
def read_front_page(request: Request) -> Html:
    host = request.headers.get("host", "127.0.0.1:8000")
    page = front_page(f"{request.scheme}://{host}", guide=GUIDE.exists())
    return Html(page, headers=ONLY_STYLE)


@router.get("/guide")
def read_guide() -> Html:
    try:
        return Html(GUIDE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFound("The guide's page is not here. `make report` writes it.") from None


@router.get("/demo/clock")
async def read_clock(ticks: Annotated[int, Meta(ge=1, le=60)] = 5) -> Stream:
    return Stream(ticking(ticks), "text/plain; charset=utf-8")


async def ticking(ticks: int) -> AsyncIterator[str]:
    for number in range(ticks):
        if number:
            await asyncio.sleep(1)
        yield f"{datetime.now(UTC):%H:%M:%S}\n"


@router.post("/demo/letters")
async def write_letter(to: str, tasks: BackgroundTasks) -> Accepted[dict[str, str]]:
    tasks.add(deliver, to)
    return Accepted({"to": to, "is": "on its way"})


def deliver(to: str) -> None:
    logging.getLogger("restive").info("a letter to %r was delivered after the answer", to)


app.include(router)
