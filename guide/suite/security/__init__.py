"""Security: who may do what, tokens, input meant to do harm, and what answers give away."""

from guide.suite.security import access, disclosure, injection, tokens

__all__ = ["access", "disclosure", "injection", "tokens"]
