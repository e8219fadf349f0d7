from typing import Annotated

from fastapi import FastAPI, Query

app = FastAPI()


@app.get("/hello/{name}")
async def hello(name: str, times: Annotated[int, Query(ge=1, le=10)] = 1):
    return {"message": " ".join([f"Hello, {name}!"] * times)}
