"""Restive: a Router for each package, msgspec Structs, as in the bookshop.

Handlers are `async def`: there is nothing to wait for. (The bookshop waits for its database, and
has `def`.)
"""

from collections.abc import Sequence
from string import Template

from guide.growth.plan import (
    CHOICES,
    LARGEST,
    STORE,
    TEXT_LENGTH,
    Package,
    joined,
    names,
    quoted,
    stores,
)

KINDS = {
    "text": f"Annotated[str, Meta(min_length=1, max_length={TEXT_LENGTH})]",
    "integer": f"Annotated[int, Meta(ge=0, le={LARGEST})]",
    "number": "Annotated[float, Meta(ge=0)]",
    "boolean": "bool",
    "choice": f"Literal{quoted(list(CHOICES))}",
}

# Where the bookshop's command looks for it.
APP = Template("""\
from typing import Literal

from msgspec import Struct
from restive import App

$imports

class Health(Struct):
    status: Literal["ok"] = "ok"


app = App(title="Growth", version="1.0.0")


@app.get("/health")
async def read_health() -> Health:
    return Health()


$registrations""")

FIELD = "    $name: $kind\n"
SCHEMA = """

class ${Name}In(Struct):
$fields

class ${Name}(${Name}In, kw_only=True):
    id: int
"""

SCHEMAS_HEAD = """\
from typing import Annotated, Literal

from msgspec import Meta, Struct
"""

ROUTER_HEAD = Template("""\
from msgspec import convert
from msgspec.structs import asdict
from restive import Created, NotFound, Router

from . import schemas, stores

router = Router("/$package", tags=["$package"])
""")

ROUTER = """

@router.get("/$name")
async def list_$name() -> list[schemas.$Name]:
    return convert(stores.$NAME.all(), list[schemas.$Name])


@router.post("/$name")
async def create_$name(new: schemas.${Name}In) -> Created[schemas.$Name]:
    row = stores.$NAME.add(asdict(new))
    return Created(convert(row, schemas.$Name))


@router.get("/$name/{id}", raises=[NotFound])
async def read_$name(id: int) -> schemas.$Name:
    row = stores.$NAME.get(id)
    if row is None:
        raise NotFound("There is no such thing.")
    return convert(row, schemas.$Name)
"""


def files(packages: Sequence[Package]) -> dict[str, str]:
    """Return the source of the app, by the path of each file."""
    written = {
        "bookshop/__init__.py": "",
        "bookshop/app.py": _app(packages),
        "bookshop/store.py": STORE,
    }
    for package in packages:
        folder = f"bookshop/{package.name}"
        resources = [names(each, KINDS, FIELD) for each in package.resources]
        head = ROUTER_HEAD.substitute(package=package.name)
        written[f"{folder}/__init__.py"] = ""
        written[f"{folder}/schemas.py"] = SCHEMAS_HEAD + joined(SCHEMA, resources)
        written[f"{folder}/stores.py"] = stores(package, "..store")
        written[f"{folder}/routes.py"] = head + joined(ROUTER, resources)
    return written


def _app(packages: Sequence[Package]) -> str:
    routers = [{"name": each.name} for each in packages]
    return APP.substitute(
        imports=joined("from .$name.routes import router as $name\n", routers),
        registrations=joined("app.include($name)\n", routers),
    )
