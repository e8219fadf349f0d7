"""The app: what it consists of, and who makes what its handlers ask for."""

from restive import App, Limits, ServiceUnavailable
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bookshop import account, authors, books, covers, orders, service
from bookshop.database import open_engine, open_session
from bookshop.security import Staff, current_staff, current_user
from bookshop.tables import User

app = App(
    title="Bookshop",
    version="1.0.0",
    # As many threads as SQLAlchemy's pool has connections: 5, and 10 more when needed.
    limits=Limits(threads=15),
    security_schemes={"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
)
app.provide(Engine, open_engine, scope="app")
app.provide(Session, open_session)
app.provide(User, current_user)
app.provide(Staff, current_staff)

for router in (
    service.router,
    account.router,
    authors.router,
    authors.by_staff,
    books.router,
    books.by_staff,
    covers.router,
    orders.router,
):
    app.include(router)


@app.on_error(OperationalError)
def database_is_gone(_: OperationalError) -> ServiceUnavailable:
    return ServiceUnavailable("The database cannot be reached.", headers={"Retry-After": "1"})
