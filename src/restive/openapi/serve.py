"""A document as the bytes that are served. Callers keep them: both cost milliseconds."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgspec

from restive.openapi.yaml import dump

JSON_TYPE = "application/json"
YAML_TYPE = "application/yaml"  # RFC 9512


def document_bytes(document: dict[str, Any]) -> bytes:
    """The document as JSON."""
    return msgspec.json.encode(document)


def yaml_bytes(document: dict[str, Any]) -> bytes:
    """The document as YAML in UTF-8."""
    return dump(document).encode()


def etag(data: bytes) -> str:
    """A strong entity tag (RFC 9110, 8.8.3) for `data`, quotes included."""
    return f'"{blake2b(data, digest_size=12).hexdigest()}"'
