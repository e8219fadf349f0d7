from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from app.config import settings
from app.database import engine
from app.routers import account, authors, books, covers, orders, service


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    yield
    engine.dispose()


def operation_id(route: APIRoute) -> str:
    return route.name


app = FastAPI(
    title="Bookshop",
    version="1.0.0",
    license_info={"name": "MIT", "identifier": "MIT"},
    lifespan=lifespan,
    generate_unique_id_function=operation_id,
)

for module in (service, account, authors, books, orders):
    app.include_router(module.router, max_body_size=settings.max_body_size)
app.include_router(covers.router)  # counts for itself, to answer 413 in JSON


@app.exception_handler(RequestValidationError)
async def validation_error(request: Request, exc: RequestValidationError) -> JSONResponse:
    """As FastAPI's own, but without the input: it may be a password, or not be JSON."""
    errors = [{key: error[key] for key in ("type", "loc", "msg")} for error in exc.errors()]
    return JSONResponse({"detail": errors}, status.HTTP_422_UNPROCESSABLE_CONTENT)


@app.exception_handler(Exception)
async def internal_error(request: Request, exc: Exception) -> JSONResponse:
    return JSONResponse({"detail": "Internal Server Error"}, status.HTTP_500_INTERNAL_SERVER_ERROR)
