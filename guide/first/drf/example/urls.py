from django.urls import path
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.response import Response


class HelloSerializer(serializers.Serializer):
    times = serializers.IntegerField(min_value=1, max_value=10, default=1)


@api_view()
def hello(request, name):
    serializer = HelloSerializer(data=request.query_params)
    serializer.is_valid(raise_exception=True)
    times = serializer.validated_data["times"]
    return Response({"message": " ".join([f"Hello, {name}!"] * times)})


urlpatterns = [path("hello/<name>", hello)]
