"""The openapi.yaml of the generated Pyramid app: what pyramid_openapi3 checks requests against."""

from collections.abc import Sequence

from guide.growth import plan
from guide.growth.plan import CHOICES, LARGEST, TEXT_LENGTH, Package, Resource, joined

KINDS = {
    "text": f"{{type: string, minLength: 1, maxLength: {TEXT_LENGTH}}}",
    "integer": f"{{type: integer, minimum: 0, maximum: {LARGEST}}}",
    "number": "{type: number, minimum: 0}",
    "boolean": "{type: boolean}",
    "choice": f"{{type: string, enum: [{', '.join(CHOICES)}]}}",
}

HEAD = """\
openapi: 3.1.0
info: {title: Growth, version: 1.0.0}
paths:
  /health:
    get:
      operationId: getHealth
      responses:
        "200":
          description: It is up.
          content: {application/json: {schema: {$ref: "#/components/schemas/Health"}}}
"""

PATHS = """
  $path:
    get:
      operationId: list$Name
      tags: [$package]
      responses:
        "200":
          description: All rows.
          content:
            application/json:
              schema: {type: array, items: {$$ref: "#/components/schemas/$Name"}}
    post:
      operationId: create$Name
      tags: [$package]
      requestBody:
        required: true
        content: {application/json: {schema: {$$ref: "#/components/schemas/${Name}New"}}}
      responses:
        "201":
          description: The new row.
          content: {application/json: {schema: {$$ref: "#/components/schemas/$Name"}}}
        "400": {$$ref: "#/components/responses/Invalid"}
  $path/{id}:
    get:
      operationId: get$Name
      tags: [$package]
      parameters: [{$$ref: "#/components/parameters/Id"}]
      responses:
        "200":
          description: The row.
          content: {application/json: {schema: {$$ref: "#/components/schemas/$Name"}}}
        "400": {$$ref: "#/components/responses/Invalid"}
        "404": {description: There is no such thing.}
"""

COMPONENTS = """
components:
  parameters:
    Id: {name: id, in: path, required: true, schema: {type: integer}}
  responses:
    Invalid:
      description: The input is not valid.
      content: {application/json: {schema: {type: array, items: {type: object}}}}
  schemas:
    Health:
      type: object
      required: [status]
      properties: {status: {const: ok}}
"""

FIELD = "        $name: $kind\n"
SCHEMAS = """
    ${Name}New:
      type: object
      required: [$required]
      properties:
$fields    $Name:
      type: object
      required: [id, $required]
      properties:
        id: {type: integer}
$fields"""


def document(packages: Sequence[Package]) -> str:
    """Return the document of all routes."""
    resources = [names(package, each) for package in packages for each in package.resources]
    return HEAD + joined(PATHS, resources) + COMPONENTS + joined(SCHEMAS, resources)


def names(package: Package, resource: Resource) -> dict[str, str]:
    """Return what templates call a resource, with its $package, $path and $required fields."""
    return plan.names(resource, KINDS, FIELD) | {
        "package": package.name,
        "path": package.path(resource),
        "required": ", ".join(each.name for each in resource.fields),
    }
