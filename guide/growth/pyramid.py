"""Pyramid with pyramid_openapi3: `config.include()` for each package, under its route prefix.

Routes in `includeme`, view classes with `@view_defaults`, found by `config.scan()`. Requests are
checked against one openapi.yaml, which a team would write by hand.
"""

from collections.abc import Sequence
from string import Template

from guide.growth.plan import STORE, Package, joined, quoted, stores
from guide.growth.pyramid_document import document, names

INI = """\
[app:main]
use = call:bookshop:main

pyramid.reload_templates = false
pyramid.default_locale_name = en

# Answers are checked against openapi.yaml in development, as in the bookshop.
pyramid_openapi3.enable_response_validation = false

[server:main]
use = egg:waitress#main
listen = %(http_host)s:%(http_port)s

[loggers]
keys = root

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = WARN
handlers = console

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(asctime)s %(levelname)-5.5s [%(name)s:%(lineno)s][%(threadName)s] %(message)s
"""

MAIN = Template("""\
from pathlib import Path

from pyramid.config import Configurator


def main(global_config, **settings):
    with Configurator(settings=settings) as config:
        config.include("pyramid_openapi3")
        config.pyramid_openapi3_spec(str(Path(__file__).with_name("openapi.yaml")))
        config.pyramid_openapi3_add_explorer(route="/docs")
        config.add_route("health", "/health")
        config.add_route("openapi", "/openapi.json")
$includes        config.scan()
    return config.make_wsgi_app()
""")

SERVICE = """\
from pyramid.view import view_config


@view_config(route_name="health", request_method="GET", renderer="json", openapi=True)
def health(request):
    return {"status": "ok"}


@view_config(route_name="openapi", request_method="GET", renderer="json")
def openapi_document(request):
    return request.registry.settings["pyramid_openapi3"]["spec"].read_value()
"""

ROUTES = """\
    config.add_route("$name-list", "/$name")
    config.add_route("$name", "/$name/{id}")
"""

VIEWS_HEAD = """\
from pyramid.httpexceptions import HTTPNotFound
from pyramid.view import view_config, view_defaults

from . import stores
"""

VIEWS = """

@view_defaults(route_name="$name-list", renderer="json", openapi=True)
class ${Name}ListViews:
    def __init__(self, request):
        self.request = request

    @view_config(request_method="GET")
    def list(self):
        return stores.$NAME.all()

    @view_config(request_method="POST")
    def create(self):
        self.request.response.status_code = 201
        return stores.$NAME.add(self.request.openapi_validated.body)


@view_defaults(route_name="$name", renderer="json", openapi=True)
class ${Name}Views:
    def __init__(self, request):
        self.request = request

    @view_config(request_method="GET")
    def read(self):
        row = stores.$NAME.get(self.request.openapi_validated.parameters.path["id"])
        if row is None:
            raise HTTPNotFound("There is no such thing.")
        return row
"""


def files(packages: Sequence[Package]) -> dict[str, str]:
    """Return the source of the app, by the path of each file."""
    includes = [
        {"dotted": quoted(f".{each.name}"), "prefix": quoted(f"/{each.name}")} for each in packages
    ]
    included = joined("        config.include($dotted, route_prefix=$prefix)\n", includes)
    written = {
        "production.ini": INI,
        "bookshop/__init__.py": MAIN.substitute(includes=included),
        "bookshop/openapi.yaml": document(packages),
        "bookshop/service.py": SERVICE,
        "bookshop/store.py": STORE,
    }
    for package in packages:
        folder = f"bookshop/{package.name}"
        resources = [names(package, each) for each in package.resources]
        routes = "def includeme(config):\n" + joined(ROUTES, resources)
        written[f"{folder}/__init__.py"] = routes
        written[f"{folder}/stores.py"] = stores(package, "..store")
        written[f"{folder}/views.py"] = VIEWS_HEAD + joined(VIEWS, resources)
    return written
