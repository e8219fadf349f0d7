from typing import Any

from django.contrib.auth import authenticate
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User


class TokenSerializer(serializers.Serializer):
    """Credentials in, an access token out."""

    username = serializers.CharField(max_length=150, write_only=True)
    password = serializers.CharField(max_length=200, trim_whitespace=False, write_only=True)
    access_token = serializers.CharField(read_only=True)
    token_type = serializers.ChoiceField(["Bearer"], read_only=True)
    expires_in = serializers.IntegerField(read_only=True, help_text="In seconds.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        user = authenticate(self.context["request"], **attrs)
        if user is None:
            raise AuthenticationFailed("No active account found with the given credentials.")
        token = AccessToken.for_user(user)
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
