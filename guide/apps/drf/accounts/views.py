from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import RetrieveUpdateAPIView
from rest_framework_simplejwt.views import TokenViewBase

from accounts.models import User
from accounts.serializers import TokenSerializer, UserSerializer
from bookshop.schema import BODY_ERRORS, errors


@extend_schema_view(
    post=extend_schema(
        operation_id="createToken",
        summary="Log in",
        tags=["account"],
        auth=[],
        responses={200: TokenSerializer, **errors(401, *BODY_ERRORS)},
    )
)
class TokenView(TokenViewBase):
    serializer_class = TokenSerializer


@extend_schema(tags=["account"])
@extend_schema_view(
    get=extend_schema(
        operation_id="getMe",
        summary="The caller's own account",
        responses={200: UserSerializer, **errors(401, 406)},
    ),
    patch=extend_schema(
        operation_id="updateMe",
        summary="Change the caller's name or e-mail address",
        responses={200: UserSerializer, **errors(401, *BODY_ERRORS)},
    ),
)
class MeView(RetrieveUpdateAPIView):
    serializer_class = UserSerializer
    http_method_names = ["get", "patch", "head", "options"]

    def get_object(self) -> User:
        return self.request.user
