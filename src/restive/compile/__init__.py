"""Declarations become operations, and operations become endpoints."""
