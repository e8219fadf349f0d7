"""OpenAPI documents from operations, and the pages that show them."""

from restive.openapi.build import Describes as Describes
from restive.openapi.build import Info as Info
from restive.openapi.build import build as build
from restive.openapi.serve import document_bytes as document_bytes
from restive.openapi.serve import etag as etag
from restive.openapi.serve import yaml_bytes as yaml_bytes
