from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.routers import account, authors, books, covers, orders, service


def operation_id(route: APIRoute) -> str:
    return route.name


app = FastAPI(
    title="Bookshop",
    version="1.0.0",
    license_info={"name": "MIT", "identifier": "MIT"},
    generate_unique_id_function=operation_id,
)
app.include_router(service.router)
app.include_router(account.router)
app.include_router(authors.router)
app.include_router(books.router)
app.include_router(covers.router)
app.include_router(orders.router)
