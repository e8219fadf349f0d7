"""Restive: a Python framework for REST APIs. The package is empty until its core lands."""

__version__ = "0.0.1"
