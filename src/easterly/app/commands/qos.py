"""``easterly qos``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from easterly.app import terminal


@click.command("qos")
@click.argument("site", type=terminal.SITE)
@click.option("--explain", "port", metavar="PORT", help="Why each number of a port is what it is.")
@click.option("--set", "changes", multiple=True, metavar="PATH=VALUE",
              help="What would follow from a change, such as classes.storage.share=10%; may be repeated.")  # fmt: skip
@terminal.format_option
def command(site: Path, port: str | None, changes: tuple[str, ...], form: str) -> None:
    """Plan the queues, thresholds, memory and meters of every port of SITE, and the settings of its hosts.

    Ports that are set alike are one group. PORT is a switch's (`leaf-0:swp3`), a host's (`host-0:nic0`), a device (all
    its groups) or a group.
    """
    from easterly.app.commands.plan import folder

    if port is not None and changes:
        terminal.misused("choose one of --explain and --set", form)
    nouns, found, source = terminal.read_or_leave(site, form, folder(None))
    if changes:
        _change(nouns, source, changes, form)
    elif port is not None:
        _explain(nouns, port, found, form)
    else:
        _show(nouns, found, form)


def _show(nouns: Any, found: Any, form: str) -> None:
    from easterly.app.qos import document, page

    plan = nouns.qos.value
    if form == "json":
        terminal.emit_json(document.whole(plan), found)
        return
    terminal.print_findings(found, None)
    page.show(plan)


def _explain(nouns: Any, port: str, found: Any, form: str) -> None:
    from easterly.app.qos import explain, page

    plan, network = nouns.qos.value, nouns.network.value
    rows = explain.groups_of(plan, network, port)
    if not rows:
        terminal.misused(f"no port, device or group {port!r}: {explain.near(plan, network, port)}", form)
    result = [explain.document(plan, row) for row in rows]
    if form == "json":
        terminal.emit_json(result, found)
    else:
        page.explained(result)


def _change(nouns: Any, source: Any, changes: tuple[str, ...], form: str) -> None:
    from easterly.app.commands.plan import folder
    from easterly.app.qos import change, page
    from easterly.base.findings import FindingsError
    from easterly.site.setting import Refused

    try:
        after, found = change.made(source.tree.data, changes, folder(None))
    except Refused as error:
        terminal.misused(str(error), form)
    except FindingsError as error:
        terminal.refused(error.findings, None, form)
    result = change.compare(nouns.qos.value, after.qos.value)
    terminal.tell(result, form, lambda made: page.changed(made, changes), found)
    sys.exit(terminal.FINE)
