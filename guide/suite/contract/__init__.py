"""The contract: each operation, each rule on a field, and what happens when many come at once."""

# ruff: noqa: I001 - checks run in the order of these imports: lists are held against the data as
# it was loaded, and so come before those that write.
from guide.suite.contract import lists, account, writing, fields, orders, covers

__all__ = ["account", "covers", "fields", "lists", "orders", "writing"]
