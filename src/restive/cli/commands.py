"""The commands. Whatever a command does not need is not imported: `--help` stays quick."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from restive.cli import MISSING
from restive.cli.find import NotFound, find

if TYPE_CHECKING:
    from restive.app import App

_TARGET = click.argument("target", required=False, metavar="[MODULE:APP]")
_HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
_PORT = click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))


@click.group()
@click.version_option(package_name="restive", message="%(prog)s %(version)s")
def restive() -> None:
    """Serve and inspect apps made with Restive.

    MODULE:APP names an app, `shop.api:app` for one. Without it: `app` of [tool.restive] in
    pyproject.toml, or the app in this folder.
    """


@restive.command()
@_TARGET
@_HOST
@_PORT
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes.")
def run(target: str | None, host: str, port: int, workers: int) -> None:
    """Serve an app in production."""
    from restive.server import serve  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    name = _named(target)
    app = _built(name) if workers == 1 else name  # each worker builds its own
    sys.exit(serve(app, host=host, port=port, workers=workers))


@restive.command()
@_TARGET
@_HOST
@_PORT
def dev(target: str | None, host: str, port: int) -> None:
    """Serve an app, reload it when a file changes, show tracebacks in answers."""
    try:
        from restive.cli.develop import develop  # noqa: PLC0415
    except ImportError as error:
        raise click.ClickException(MISSING.format(name=error.name)) from None
    develop(_named(target), host, port)


@restive.command()
@_TARGET
@click.option("--all", "everything", is_flag=True, help="Hidden routes, too.")
def routes(target: str | None, everything: bool) -> None:
    """List the routes."""
    app = _built(_named(target))
    rows = [
        (operation.method, operation.path, operation.name, str(operation.source))
        for operation in app.routes
        if everything or not operation.hidden
    ]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(3)]
    for method, path, name, source in rows:
        click.echo(f"{method:{widths[0]}}  {path:{widths[1]}}  {name:{widths[2]}}  {source}")


@restive.command()
@_TARGET
@click.option("--yaml", is_flag=True, help="As YAML, not JSON.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write to this file.")
def openapi(target: str | None, yaml: bool, output: Path | None) -> None:
    """Print the OpenAPI document."""
    import msgspec  # noqa: PLC0415

    from restive.openapi.routes import document_of  # noqa: PLC0415
    from restive.openapi.serve import document_bytes, yaml_bytes  # noqa: PLC0415

    document = document_of(_built(_named(target)))
    data = yaml_bytes(document) if yaml else msgspec.json.format(document_bytes(document)) + b"\n"
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        output.write_bytes(data)


@restive.command()
@_TARGET
def check(target: str | None) -> None:
    """Build the app and its OpenAPI document, and report every mistake."""
    from restive.openapi.routes import document_of  # noqa: PLC0415

    app = _built(_named(target))
    document_of(app)
    shown = sum(not operation.hidden for operation in app.routes)
    click.echo(f"{shown} operations, no mistakes")


def _named(target: str | None) -> str:
    """`module:app`; a module alone means its `app`."""
    try:
        name = target or find(Path.cwd())
    except NotFound as error:
        raise click.ClickException(str(error)) from None
    return name if ":" in name else f"{name}:app"


def _built(name: str) -> App:
    """The app that `name` names, built. Mistakes end the command with their list."""
    from restive.app import App  # noqa: PLC0415
    from restive.errors import ConfigError  # noqa: PLC0415
    from restive.server.run import load_target  # noqa: PLC0415

    try:
        app: Any = load_target(name)
        if not isinstance(app, App):
            raise click.ClickException(f"{name} is a {type(app).__name__}, not a restive.App")
        return app.build()
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
