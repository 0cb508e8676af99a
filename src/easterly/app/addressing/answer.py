"""The address plan of a site with its proofs, as JSON."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from easterly import address, verify
from easterly.app import terminal
from easterly.app.addressing import routing
from easterly.app.addressing.matrix import matrix
from easterly.app.numbers import addresses
from easterly.app.values import number
from easterly.model.address import AddressPlan
from easterly.model.isolation import Isolation
from easterly.model.outcome import Artifact, DeviceConfigs
from easterly.study import tenancy

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDERS = ("eos", "frr", "kubernetes", "linux", "nftables", "nxos", "sonic")
"""Folders of files that say something of tenants."""


def kept_from(path: Path | None, form: str) -> AddressPlan | None:
    """The address plan of an earlier document; leaves where there is none."""
    if path is None:
        return None
    try:
        return address.read_back(json.loads(path.read_text("utf-8")))
    except (json.JSONDecodeError, UnicodeDecodeError):
        terminal.misused(f"--previous {path}: it is no JSON: give the plan.json of an earlier plan", form)
    except (OSError, ValueError) as error:
        terminal.misused(f"--previous {path}: {error}", form)


def document(nouns: Any, before: AddressPlan | None, files: DeviceConfigs | None = None) -> dict[str, Any]:
    """Every number of a site, what holds of them, and what they change; who reaches whom, by files if any are given.

    Raises
    ------
    FindingsError
        The site cannot be numbered.
    ValueError
        A file is missing, or not understood.
    """
    site, network, made = nouns.site, nouns.network.value, nouns.address.value
    borders = address.summaries(site, network, made)
    facts = (*address.prove(made), *address.prove_exact(borders))
    return {
        **addresses(site, network, made),
        "proofs": _rows(facts, "claim", "about", "holds", "evidence"),
        "summaries": [_summary(row) for row in borders],
        "entries": _rows(address.entries(site, network, made), "tier", "family", "devices", "plain", "summarised"),
        "headroom": [_room(row) for row in address.headroom(site, made)],
        "isolation": _isolation(nouns.isolation, None if files is None else tenancy.written(nouns, files)),
        **routing.document(site, made),
        "changes": None if before is None else _changes(address.changes(before, made)),
    }


def _isolation(made: Isolation, read: Isolation | None) -> dict[str, Any]:
    """Parties, what keeps them apart, who reaches whom all the same, and what is stated in vain.

    With what was read from files, the ways are those of the files, and ``strays`` is what they have otherwise.
    """
    judged = made if read is None else read
    found = verify.leaks(judged)
    answer = {
        **{name: columns(getattr(made, name))
           for name in ("parties", "targets", "distinguishers", "holdings", "filters", "allowed", "shared")},
        "reach": columns(found),
        "missing": [{"src": src, "dst": dst, "why": why} for src, dst, why in verify.missing(judged, found)],
        "strays": [] if read is None else list(verify.strays(made, read)),
    }  # fmt: skip
    return answer | {"matrix": matrix(answer)}


def files_of(folder: Path | None) -> DeviceConfigs | None:
    """Files of devices below a folder that ``easterly plan --output`` wrote, or that were fetched into its like."""
    if folder is None:
        return None
    paths = sorted(path for name in FOLDERS for path in (folder / name).glob("*") if path.is_file())
    return DeviceConfigs(tuple(
        Artifact(path.relative_to(folder).as_posix(), path.read_text("utf-8"), "", path.parent.name, "")
        for path in paths
    ))  # fmt: skip


def columns(noun: Any) -> list[dict[str, Any]]:
    """Rows of a table."""
    names = [field.name for field in fields(noun)]
    lists = [getattr(noun, name).tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True)]


def _rows(rows: Iterable[Any], *names: str) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in names} for row in rows]


def _summary(row: address.Summary) -> dict[str, Any]:
    return {
        "point": row.point, "vrf": row.vrf, "family": row.family, "specifics": len(row.behind),
        "prefixes": [str(prefix) for prefix in row.prefixes], "single": str(row.single), "beyond": number(row.beyond),
    }  # fmt: skip


def _room(row: address.Headroom) -> dict[str, Any]:
    largest = None if row.largest is None else str(row.largest)
    return {"name": row.name, "prefix": str(row.prefix), "given": row.given, "free": row.free, "largest": largest}


def _changes(made: address.Changes) -> dict[str, Any]:
    rows = _rows(made.rows, "what", "whose", "before", "after")
    return {"kept": made.kept, "moved": len(made.moved), "rows": rows}
