from typing import Any

from rest_framework import serializers
from rest_framework_simplejwt.serializers import PasswordField, TokenObtainSerializer
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User


class TokenSerializer(TokenObtainSerializer):
    """Credentials in, an access token out."""

    token_class = AccessToken

    access_token = serializers.CharField(read_only=True)
    token_type = serializers.ChoiceField(["Bearer"], read_only=True)
    expires_in = serializers.IntegerField(read_only=True, help_text="In seconds.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"] = serializers.CharField(max_length=150, write_only=True)
        self.fields["password"] = PasswordField(max_length=200, trim_whitespace=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        super().validate(attrs)
        token = self.get_token(self.user)
        return {
            "access_token": str(token),
            "token_type": "Bearer",
            "expires_in": int(token.lifetime.total_seconds()),
        }


class UserSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["id", "username", "email", "full_name", "is_staff"]
        read_only_fields = ["username", "is_staff"]
