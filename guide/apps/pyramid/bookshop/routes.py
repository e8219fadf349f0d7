"""Which path leads to which resource; the patterns are those of openapi.yaml."""

from pyramid.config import Configurator

from . import resources


def includeme(config: Configurator) -> None:
    config.add_route("openapi", "/openapi.json")
    config.add_route("health", "/health")
    config.add_route("token", "/auth/token")
    config.add_route("me", "/me", factory=resources.Account)
    config.add_route("authors", "/authors", factory=resources.Shop)
    config.add_route("author", "/authors/{id}", factory=resources.AuthorResource)
    config.add_route("books", "/books", factory=resources.Shop)
    config.add_route("book", "/books/{id}", factory=resources.BookResource)
    config.add_route("cover", "/books/{id}/cover", factory=resources.BookResource)
    config.add_route("orders", "/orders", factory=resources.Account)
    config.add_route("order", "/orders/{id}", factory=resources.OrderResource)
