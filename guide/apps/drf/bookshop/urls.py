from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView
from rest_framework.routers import SimpleRouter

from accounts.views import MeView, TokenView
from bookshop.views import HealthView
from orders.views import OrderViewSet
from shop.views import AuthorViewSet, BookViewSet, CoverView

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("authors", AuthorViewSet)
router.register("books", BookViewSet)
router.register("orders", OrderViewSet)

urlpatterns = [
    path("", include(router.urls)),
    path("books/<int:pk>/cover", CoverView.as_view(), name="book-cover"),
    path("auth/token", TokenView.as_view(), name="token"),
    path("me", MeView.as_view(), name="me"),
    path("health", HealthView.as_view(), name="health"),
    path("openapi.json", SpectacularJSONAPIView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerView.as_view(), name="docs"),
]

handler400 = "rest_framework.exceptions.bad_request"
handler404 = "bookshop.views.page_not_found"
handler500 = "rest_framework.exceptions.server_error"
