"""Checks of the app's own documentation: it is there, it is whole, and the app does what it says.

basics.py    the OpenAPI document as a whole (document.py reads it)
members.py   what it says of inputs and answers, held against the contract
page.py      the page for people
truth.py     whether the app keeps to its document; drift.py runs schemathesis for that
"""

from guide.suite.documentation import basics, members, page, truth

__all__ = ["basics", "members", "page", "truth"]
