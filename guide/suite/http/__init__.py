"""HTTP correctness: what the standards ask of any server, and input that nobody foresaw."""

from guide.suite.http import conditional, malformed, media, methods, ranges, wires

__all__ = ["conditional", "malformed", "media", "methods", "ranges", "wires"]
