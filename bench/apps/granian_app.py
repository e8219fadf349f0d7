"""Granian without a framework: an RSGI callable that sends bytes made beforehand."""

from bench import data

BODY = data.encode(data.message())
HEADERS = [("content-type", "application/json")]


async def app(scope, proto):
    proto.response_bytes(200, HEADERS, BODY)
