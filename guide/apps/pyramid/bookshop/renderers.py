"""How values that JSON does not know are written."""

from datetime import datetime
from decimal import Decimal

from pyramid.config import Configurator
from pyramid.renderers import JSON
from pyramid.request import Request


def money(value: Decimal, request: Request) -> str:
    return f"{value:.2f}"


def moment(value: datetime, request: Request) -> str:
    return value.isoformat().replace("+00:00", "Z")


def includeme(config: Configurator) -> None:
    renderer = JSON()
    renderer.add_adapter(Decimal, money)
    renderer.add_adapter(datetime, moment)
    config.add_renderer("json", renderer)
