"""Answers other than success: how they are raised, and how they are documented."""

from typing import Any

from fastapi import HTTPException, status

from app.schemas import Message


def not_found(what: str) -> HTTPException:
    return HTTPException(status.HTTP_404_NOT_FOUND, f"{what} not found")


def conflict(reason: str) -> HTTPException:
    return HTTPException(status.HTTP_409_CONFLICT, reason)


def invalid(reason: str, *loc: str | int) -> HTTPException:
    """Invalid only in the light of what is stored; in the shape of FastAPI's own errors."""
    return HTTPException(
        status.HTTP_422_UNPROCESSABLE_CONTENT,
        [{"type": "value_error", "loc": ["body", *loc], "msg": reason}],
    )


def unauthorized(reason: str) -> HTTPException:
    return HTTPException(status.HTTP_401_UNAUTHORIZED, reason, {"WWW-Authenticate": "Bearer"})


Responses = dict[int | str, dict[str, Any]]


def header(name: str, description: str) -> dict[str, Any]:
    return {name: {"required": True, "description": description, "schema": {"type": "string"}}}


CREATED = {"headers": header("Location", "Where the new resource is.")}
READS_JSON: Responses = {
    400: {"model": Message, "description": "The body cannot be parsed."},
    413: {
        "model": Message,
        "description": "The body is larger than is taken.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    },
}
UNAUTHORIZED: Responses = {
    401: {
        "model": Message,
        "description": "There is no token, or not a good one.",
        "headers": header("WWW-Authenticate", "RFC 9110, 11.6.1."),
    }
}
FORBIDDEN: Responses = UNAUTHORIZED | {
    403: {"model": Message, "description": "Only staff may do this."}
}
NOT_FOUND: Responses = {404: {"model": Message, "description": "There is no such thing."}}
CONFLICT: Responses = {409: {"model": Message, "description": "Other rows stand in the way."}}
