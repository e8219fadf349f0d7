"""Django REST framework: a Django app for each package, laid out as `startapp` does it.

Serializers, viewsets, and a router in each app's `urls.py`, brought together by `include()`. What
REST framework's model viewsets do for a model, the project's `StoreViewSet` does for rows in
memory.
"""

from collections.abc import Sequence
from string import Template

from guide.growth.drf_project import project
from guide.growth.plan import (
    CHOICES,
    LARGEST,
    TEXT_LENGTH,
    Package,
    joined,
    names,
    quoted,
    stores,
)

KINDS = {
    "text": f"serializers.CharField(max_length={TEXT_LENGTH})",
    "integer": f"serializers.IntegerField(min_value=0, max_value={LARGEST})",
    "number": "serializers.FloatField(min_value=0)",
    "boolean": "serializers.BooleanField()",
    "choice": f"serializers.ChoiceField({quoted(list(CHOICES))})",
}

APP = """\
from django.apps import AppConfig


class ${Package}Config(AppConfig):
    name = "$package"
"""

FIELD = "    $name = $kind\n"
SERIALIZER = """

class ${Name}Serializer(serializers.Serializer):
    id = serializers.IntegerField(read_only=True)
$fields"""

VIEWS_HEAD = Template("""\
from bookshop.views import StoreViewSet
from $package import stores
from $package.serializers import (
$serializers)
""")
VIEWSET = """

class ${Name}ViewSet(StoreViewSet):
    serializer_class = ${Name}Serializer
    store = stores.$NAME
"""

REGISTRATION = 'router.register("$name", views.${Name}ViewSet, basename="$name")\n'
ROUTER = Template("""\
from django.urls import include, path
from rest_framework.routers import SimpleRouter

from $package import views

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
$registrations
urlpatterns = [path("", include(router.urls))]
""")


def files(packages: Sequence[Package]) -> dict[str, str]:
    """Return the source of the project, by the path of each file."""
    written = project(packages)
    for package in packages:
        written |= _app(package)
    return written


def _app(package: Package) -> dict[str, str]:
    """Return the files of one Django app."""
    name = package.name
    resources = [names(each, KINDS, FIELD) for each in package.resources]
    imported = joined("    ${Name}Serializer,\n", resources)
    return {
        f"{name}/__init__.py": "",
        f"{name}/apps.py": Template(APP).substitute(package=name, Package=name.title()),
        f"{name}/serializers.py": "from rest_framework import serializers\n"
        + joined(SERIALIZER, resources),
        f"{name}/stores.py": stores(package, "bookshop.store"),
        f"{name}/urls.py": ROUTER.substitute(
            package=name, registrations=joined(REGISTRATION, resources)
        ),
        f"{name}/views.py": VIEWS_HEAD.substitute(package=name, serializers=imported)
        + joined(VIEWSET, resources),
    }
