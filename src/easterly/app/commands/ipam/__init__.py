"""``easterly ipam``: the address store, from the command line."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.verbs import Verbs, listed

VERBS = {
    "care": {
        "init": "Make a store, or bring its schema up to date.",
        "fsck": "Prove that a store is sound.",
        "backup": "Write a store into a new file.",
        "restore": "Make a store from a backup.",
    },
    "pools": {
        "pool": "Add, list, show and remove pools.",
        "vrf": "Add, list and remove VRFs.",
    },
    "devices": {
        "device": "Add, list, show, edit and remove devices.",
        "interface": "Add, edit and remove interfaces of devices.",
    },
    "give": {
        "alloc": "Take addresses, blocks or ranges out of a pool.",
        "renew": "Prolong leases.",
        "release": "Give addresses back.",
        "reclaim": "Move on what is past its time.",
    },
    "look": {
        "show": "Tell who holds an address.",
        "tree": "Show pools and how full they are.",
        "list": "List what a pool has given.",
        "audit": "Show what was done, entry by entry.",
    },
    "serve": {
        "serve": "Serve the store over HTTP.",
        "token": "Make, list and revoke tokens of the service.",
    },
    "ask": {
        "requests": "List requests that wait for approval.",
        "approve": "Approve a request, which is carried out.",
        "reject": "Reject a request.",
    },
    "bulk": {
        "import": "Take over pools and addresses from CSV, YAML or JSON.",
        "export": "Write everything as CSV, YAML or JSON.",
    },
    "watch": {
        "usage": "Note or show how full pools are over time.",
        "forecast": "Tell when pools will be full.",
        "anomalies": "Find what looks wrong.",
    },
}


@click.group("ipam", cls=Verbs, verbs=VERBS, package="easterly.app.commands.ipam", invoke_without_command=True)
@terminal.format_option
@click.pass_context
def command(ctx: click.Context, form: str) -> None:
    """Keep addresses in a store: pools, leases, holders, devices, audit.

    The store is given by --store or the variable EASTERLY_IPAM: a file, or postgresql://user@host/database.
    Without either it is ipam.db in the user's folder of data. Exit codes: 0 fine; 1 refused, or damage found;
    2 wrong usage or an unreadable store.
    """
    listed(ctx, form)
