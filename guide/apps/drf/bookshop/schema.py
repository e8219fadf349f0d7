"""What the OpenAPI document says of many operations alike."""

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
# For views that anybody may call, though a token that is not good is refused.
OPTIONAL_AUTH = [{}, {"jwtAuth": []}]

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
