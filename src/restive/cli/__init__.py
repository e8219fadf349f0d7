"""The command `restive`: dev, run, routes, openapi, check. Needs the extra `standard`."""

from __future__ import annotations

import sys

MISSING = (
    "the command line needs packages that are not installed ({name}).\n"
    "Install them: pip install 'restive[standard]'\n"
    'Without them an app serves itself: app.run(host="127.0.0.1", port=8000)'
)


def main() -> None:
    """Run the command line; exit with a message where the extra is not installed."""
    try:
        import click  # noqa: F401, PLC0415 - only to tell what is missing
    except ImportError as error:
        sys.exit(f"restive: {MISSING.format(name=error.name)}")
    from restive.cli.commands import restive  # noqa: PLC0415 - needs click

    restive(prog_name="restive")
