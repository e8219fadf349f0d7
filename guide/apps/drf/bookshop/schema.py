"""What the OpenAPI document says about every operation alike."""

from typing import Any

from drf_spectacular import openapi
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

DESCRIPTIONS = {
    400: "The input is not valid; the answer names each field at fault.",
    401: "There is no token, or not a good one.",
    403: "Only staff may do this.",
    404: "There is no such thing.",
    406: "The answer cannot be had in a media type that `Accept` names.",
    409: "Other rows stand in the way.",
    413: "The body is larger than is taken.",
    415: "The body is of a type that is not taken here.",
    503: "The database cannot be reached.",
}
# What any operation with a JSON body can answer.
BODY_ERRORS = (400, 406, 413, 415)

LOCATION = OpenApiParameter(
    "Location", OpenApiTypes.URI, OpenApiParameter.HEADER, required=True, response=[201]
)
ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, required=True, response=[200])
IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER)
IF_NONE_MATCH = OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER)
NOT_MODIFIED = {304: OpenApiResponse(description="It is as `If-None-Match` names it.")}
PRECONDITION_FAILED = {412: OpenApiResponse(description="It is not as `If-Match` names it.")}


def errors(*codes: int) -> dict[int, OpenApiResponse]:
    return {code: OpenApiResponse(OpenApiTypes.OBJECT, DESCRIPTIONS[code]) for code in codes}


class AutoSchema(openapi.AutoSchema):
    def get_override_parameters(self) -> list[OpenApiParameter]:
        return [
            OpenApiParameter(
                "WWW-Authenticate", str, OpenApiParameter.HEADER, required=True, response=[401]
            )
        ]


class ListSerializerExtension(OpenApiSerializerFieldExtension):
    """Document how many items a list may have."""

    target_class = "rest_framework.serializers.ListSerializer"

    def map_serializer_field(self, auto_schema: openapi.AutoSchema, direction: str) -> Any:
        schema = auto_schema._map_serializer_field(self.target, direction, bypass_extensions=True)
        if not self.target.allow_empty:
            schema["minItems"] = 1
        if self.target.max_length is not None:
            schema["maxItems"] = self.target.max_length
        return schema
