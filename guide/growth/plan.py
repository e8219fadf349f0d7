"""What a generated app consists of, the same for every framework."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import Template
from typing import Any

ROUTES_OF_A_RESOURCE = 3  # list, read, create
CHOICES = ("new", "used", "broken")
TEXT_LENGTH = 100
LARGEST = 1000

EXAMPLES: Mapping[str, Any] = {
    "text": "Nothing much",
    "integer": 12,
    "number": 2.5,
    "boolean": True,
    "choice": "used",
}
_FIELDS = (
    ("title", "text"),
    ("quantity", "integer"),
    ("price", "number"),
    ("active", "boolean"),
    ("state", "choice"),
    ("colour", "text"),
    ("rank", "integer"),
    ("weight", "number"),
    ("public", "boolean"),
)


@dataclass(frozen=True)
class Field:
    """One required member of a JSON body.

    kind: `text` (1 to 100 characters), `integer` (0 to 1000), `number` (0 or more), `boolean`, or
    `choice` (one of CHOICES).
    """

    name: str
    kind: str


@dataclass(frozen=True)
class Resource:
    """What has a list, a read and a create route.

    number: counts from 1 through all packages, so that names are unique as in a real code base.
    """

    number: int
    fields: Sequence[Field]

    @property
    def name(self) -> str:
        return f"res{self.number:02d}"

    @property
    def example(self) -> dict[str, Any]:
        """A body that every app accepts; its first row holds the same."""
        return {field.name: EXAMPLES[field.kind] for field in self.fields}


@dataclass(frozen=True)
class Package:
    number: int
    resources: Sequence[Resource]

    @property
    def name(self) -> str:
        return f"pkg{self.number:02d}"

    def path(self, resource: Resource) -> str:
        """Return the path of the resource's list; a row's is this, a slash and its id."""
        return f"/{self.name}/{resource.name}"


def plan(routes: int, packages: int) -> list[Package]:
    """Return `packages` packages that have `routes` routes together, the same number each.

    Raises ValueError when that does not come out even.
    """
    each, rest = divmod(routes, ROUTES_OF_A_RESOURCE * packages)
    if rest or not each:
        raise ValueError(f"{routes} routes cannot be spread evenly over {packages} packages")
    return [
        Package(number, [_resource(1 + each * (number - 1) + index) for index in range(each)])
        for number in range(1, packages + 1)
    ]


def joined(template: str, parts: Iterable[Mapping[str, str]]) -> str:
    """Return `template` (string.Template) filled once for each of `parts`, one after the other."""
    filled = Template(template)
    return "".join(filled.substitute(part) for part in parts)


def quoted(value: object) -> str:
    """Return `value` as Python source, with the quotation marks that ruff would choose."""
    return repr(value).replace("'", '"')


def names(resource: Resource, kinds: Mapping[str, str], line: str) -> dict[str, str]:
    """Return what templates call a resource: $name, $Name, $NAME, and $fields.

    kinds: how the framework writes a field of each kind.
    line: the template of a line of $fields; it has the field's $name, and $kind for what it is.
    """
    fields = ({"name": each.name, "kind": kinds[each.kind]} for each in resource.fields)
    return {
        "name": resource.name,
        "Name": resource.name.title(),
        "NAME": resource.name.upper(),
        "fields": joined(line, fields),
    }


def stores(package: Package, module: str) -> str:
    """Return the source of a package's rows; `module` is where the class Store is imported from."""
    rows = [
        {"NAME": each.name.upper(), "members": joined(_MEMBER, _members(each))}
        for each in package.resources
    ]
    return f"from {module} import Store\n\n" + joined(_ROWS, rows)


_ROWS = """\
$NAME = Store(
    {
$members    }
)
"""
_MEMBER = '        "$name": $value,\n'

# Each generated app has this module, to the letter.
STORE = '''\
"""Rows in memory, in place of a database: each worker process has its own."""

from itertools import count
from typing import Any


class Store:
    """The rows of one resource, by id; the first is there from the start."""

    def __init__(self, first: dict[str, Any]) -> None:
        self.ids = count(1)
        self.rows: dict[int, dict[str, Any]] = {}
        self.add(first)

    def all(self) -> list[dict[str, Any]]:
        return list(self.rows.values())

    def get(self, id: int) -> dict[str, Any] | None:
        return self.rows.get(id)

    def add(self, values: dict[str, Any]) -> dict[str, Any]:
        row = {"id": next(self.ids), **values}
        self.rows[row["id"]] = row
        return row
'''


def _members(resource: Resource) -> list[dict[str, str]]:
    return [{"name": name, "value": quoted(value)} for name, value in resource.example.items()]


def _resource(number: int) -> Resource:
    """Return a resource of 4 to 6 fields; neighbours have others, or in another order."""
    wanted = range(number, number + 4 + number % 3)
    return Resource(number, [Field(*_FIELDS[index % len(_FIELDS)]) for index in wanted])
