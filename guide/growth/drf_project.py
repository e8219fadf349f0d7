"""The project of the generated Django REST framework app: settings, URLs, and what all apps share.

Settings are the bookshop's without database, tokens and static files.
"""

from collections.abc import Sequence
from string import Template

from guide.growth.plan import STORE, Package, joined

WSGI = """\
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookshop.settings")

application = get_wsgi_application()
"""

SETTINGS = Template("""\
import os

SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = [".localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "drf_spectacular",
$apps]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "bookshop.urls"
APPEND_SLASH = False
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
USE_I18N = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Growth",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
}
""")

URLS = Template("""\
from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView

from bookshop.views import HealthView

urlpatterns = [
    path("health", HealthView.as_view(), name="health"),
    path("openapi.json", SpectacularJSONAPIView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerView.as_view(), name="docs"),
$includes]
""")

VIEWS = """\
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet


class HealthView(APIView):
    @extend_schema(responses=inline_serializer("Health", {"status": serializers.CharField()}))
    def get(self, request):
        return Response({"status": "ok"})


class StoreViewSet(GenericViewSet):
    \"\"\"List, read and create the rows of a store.\"\"\"

    store = None
    lookup_value_converter = "int"

    def list(self, request):
        return Response(self.get_serializer(self.store.all(), many=True).data)

    def retrieve(self, request, pk):
        row = self.store.get(pk)
        if row is None:
            raise NotFound
        return Response(self.get_serializer(row).data)

    def create(self, request):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        row = self.store.add(serializer.validated_data)
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)
"""


def project(packages: Sequence[Package]) -> dict[str, str]:
    """Return the files of the project's own package, by path."""
    apps = [{"name": each.name} for each in packages]
    included = joined('    path("$name/", include("$name.urls")),\n', apps)
    return {
        "bookshop/__init__.py": "",
        "bookshop/settings.py": SETTINGS.substitute(apps=joined('    "$name",\n', apps)),
        "bookshop/store.py": STORE,
        "bookshop/urls.py": URLS.substitute(includes=included),
        "bookshop/views.py": VIEWS,
        "bookshop/wsgi.py": WSGI,
    }
