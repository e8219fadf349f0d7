"""FastAPI: an APIRouter for each package, Pydantic models, as in "Bigger Applications".

Path operations are `async def`, which FastAPI's page on concurrency advises for an app that need
not wait for anything. (The bookshop waits for its database, and has `def`.)
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
    "text": f"Annotated[str, Field(min_length=1, max_length={TEXT_LENGTH})]",
    "integer": f"Annotated[int, Field(ge=0, le={LARGEST})]",
    "number": "Annotated[float, Field(ge=0)]",
    "boolean": "bool",
    "choice": f"Literal{quoted(list(CHOICES))}",
}

PROJECT = """\
[tool.fastapi]
entrypoint = "app.main:app"
"""

MAIN = Template("""\
from typing import Literal

from fastapi import FastAPI
from pydantic import BaseModel

$imports

class Health(BaseModel):
    status: Literal["ok"] = "ok"


app = FastAPI(title="Growth", version="1.0.0")


@app.get("/health")
async def get_health() -> Health:
    return Health()


$registrations""")

FIELD = "    $name: $kind\n"
MODEL = """

class ${Name}Create(BaseModel):
$fields

class ${Name}Public(${Name}Create):
    id: int
"""

MODELS_HEAD = """\
from typing import Annotated, Literal

from pydantic import BaseModel, Field
"""

ROUTER_HEAD = Template("""\
from typing import Any

from fastapi import APIRouter, HTTPException, status

from . import schemas, stores

router = APIRouter(prefix="/$package", tags=["$package"])
""")

ROUTER = """

@router.get("/$name", response_model=list[schemas.${Name}Public])
async def list_$name() -> Any:
    return stores.$NAME.all()


@router.post("/$name", response_model=schemas.${Name}Public, status_code=status.HTTP_201_CREATED)
async def create_$name(data: schemas.${Name}Create) -> Any:
    return stores.$NAME.add(data.model_dump())


@router.get("/$name/{id}", response_model=schemas.${Name}Public)
async def get_$name(id: int) -> Any:
    row = stores.$NAME.get(id)
    if row is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such thing.")
    return row
"""


def files(packages: Sequence[Package]) -> dict[str, str]:
    """Return the source of the app, by the path of each file."""
    written = {
        "pyproject.toml": PROJECT,
        "app/__init__.py": "",
        "app/main.py": _main(packages),
        "app/store.py": STORE,
    }
    for package in packages:
        folder = f"app/{package.name}"
        resources = [names(each, KINDS, FIELD) for each in package.resources]
        head = ROUTER_HEAD.substitute(package=package.name)
        written[f"{folder}/__init__.py"] = ""
        written[f"{folder}/schemas.py"] = MODELS_HEAD + joined(MODEL, resources)
        written[f"{folder}/stores.py"] = stores(package, "..store")
        written[f"{folder}/router.py"] = head + joined(ROUTER, resources)
    return written


def _main(packages: Sequence[Package]) -> str:
    routers = [{"name": each.name} for each in packages]
    return MAIN.substitute(
        imports=joined("from .$name.router import router as $name\n", routers),
        registrations=joined("app.include_router($name)\n", routers),
    )
