from typing import Annotated

from msgspec import Meta
from restive import App

app = App()


@app.get("/hello/{name}")
async def hello(name: str, times: Annotated[int, Meta(ge=1, le=10)] = 1) -> dict[str, str]:
    return {"message": " ".join([f"Hello, {name}!"] * times)}
