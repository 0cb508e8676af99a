"""``easterly ipam serve`` and ``easterly ipam token``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from easterly.app import terminal
from easterly.app.clock import moment
from easterly.app.commands.ipam.desk import acting, opened, refuse, stored, table, told
from easterly.app.verbs import listed

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("serve")
@click.option("--listen", default="127.0.0.1:8440", show_default=True, metavar="ADDR:PORT", help="Where to listen.")
@click.option("--certificate", type=FILE, metavar="FILE", help="Certificate chain for TLS, in PEM.")
@click.option("--key", type=FILE, metavar="FILE", help="Its private key.")
@click.option("--rate", type=click.FloatRange(0, 1e9), default=0.0, show_default=True,
              help="Requests a second of one token; 0 for no limit.")  # fmt: skip
@click.option("--burst", type=click.FloatRange(1, 1e9), default=100.0, show_default=True, help="Requests at once.")
@stored
def serve(
    url: str | None, listen: str, certificate: Path | None, key: Path | None, rate: float, burst: float, form: str
) -> None:
    """Serve the store over HTTP until interrupted: REST below /api/v1, its OpenAPI at /api/v1/openapi.json.

    On loopback, with a store in a file, nobody needs a token while there are none. Any other listener refuses to
    start without tokens. What is due is reclaimed, use is noted every hour, hooks are told.
    """
    from easterly.address import service

    try:
        listener = service.read_listener(listen, certificate, key)
    except service.CannotServe as error:
        terminal.misused(f"--listen: {error}", form)

    def begun() -> None:
        scheme = "https" if certificate else "http"
        click.echo(f"serving {scheme}://{listen}/api/v1/openapi.json; stop it with Ctrl-C", err=True)

    with opened(url, form) as store:
        try:
            service.serve(store, listener, service.Policy(rate=rate, burst=burst), begun)
        except service.CannotServe as error:
            refuse("tokens", str(error), "", form)


@click.group("token", invoke_without_command=True)
@terminal.format_option
@click.pass_context
def token(ctx: click.Context, form: str) -> None:
    """Make, list and revoke tokens of the service."""
    listed(ctx, form)


@token.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(["reader", "operator", "admin"]), default="operator", show_default=True,
              help="reader looks; operator takes and gives back; admin makes pools, tokens and hooks.")  # fmt: skip
@click.option("--tenant", metavar="NAME", help="Sees and takes only what is this tenant's.")
@click.option("--days", type=click.FloatRange(0, 36500, min_open=True), help="How long it lasts.  [default: for ever]")
@acting
@stored
def add(name: str, role: str, tenant: str | None, days: float | None, actor: str, url: str | None, form: str) -> None:
    """Make a token and print it, this once."""
    from easterly.address import service

    with opened(url, form) as store:
        try:
            _, made = service.add_token(store, name, role, tenant, None if days is None else days * 86400, actor)
        except ValueError as error:
            refuse("conflict", str(error), "", form)
    told({"name": name, "token": made}, [made], form)


@token.command("list")
@stored
def list_(url: str | None, form: str) -> None:
    """List tokens; what is secret of them is not kept."""
    from easterly.address import service

    with opened(url, form) as store:
        rows: list[dict[str, Any]] = service.tokens(store)
    cells = [[str(r["name"]), str(r["role"]), str(r["tenant"] or "-"), moment(r["until_ms"])] for r in rows]
    told({"tokens": rows}, table(["Token", "Role", "Tenant", "Until"], cells), form)


@token.command("revoke")
@click.argument("name")
@acting
@stored
def revoke(name: str, actor: str, url: str | None, form: str) -> None:
    """Revoke a token: who holds it is refused within a second."""
    from easterly.address import service

    with opened(url, form) as store:
        if not service.drop_token(store, name, actor):
            refuse("unknown", f"there is no token {name!r}", "list them: easterly ipam token list", form)
    told({"changed": True}, [f"{name} is revoked"], form)
