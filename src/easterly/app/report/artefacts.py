"""Rendered files in groups, and what outside checkers said of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from easterly.app.report.measure import grouped
from easterly.model.outcome import Artifact
from easterly.model.plan import Plan

LISTED = 24
NAMED = 4096
"""Devices of a group that its page can be searched for; of a larger one anything may be in it."""
BADGES = {"PASS": "OK", "FAIL": "refused", "NONE": "not validated"}


@dataclass(frozen=True, slots=True)
class Group:
    """Files of one dialect and template.

    Attributes
    ----------
    devices : str
        Names between spaces, for the search; ``*`` where there are too many.
    """

    target: str
    devices: str
    title: str
    count: str
    state: str
    said: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    more: int

    @property
    def badge(self) -> str:
        """The state in a word or two."""
        return BADGES[self.state]


def artefacts(plan: Plan, document: Mapping[str, Any], run: Mapping[str, Any] | None) -> list[Group]:
    """Files by dialect and template, with the verdict of the checkers.

    Parameters
    ----------
    plan : Plan
    document : mapping
        For the hashes, which it already holds.
    run : mapping, optional
        ``validations`` of ``run.json``; a file that no checker saw is not validated.
    """
    hashes = {row["path"]: row["sha256"] for row in document["artifacts"]}
    said = defaultdict(list)
    for row in (run or {}).get("validations") or []:
        said[row["path"]].append(row)
    groups: dict[tuple[str, str], list[Artifact]] = defaultdict(list)
    for artifact in plan.configs.artifacts:
        groups[artifact.dialect, artifact.template].append(artifact)
    return [_group(dialect, files, said, hashes) for (dialect, _), files in sorted(groups.items())]


def _group(
    dialect: str, files: list[Artifact], said: Mapping[str, list[Mapping[str, Any]]], hashes: Mapping[str, str]
) -> Group:
    answers = [row for file in files for row in said.get(file.path, ())]
    ran = [row for row in answers if row["ok"] is not None]
    bad = [row for row in ran if not row["ok"] and row["read"] == row["path"]]
    state = "FAIL" if bad else "PASS" if ran else "NONE"
    first = files[0]
    title = f"{dialect} \u00b7 {first.path}" + (f" and {grouped(len(files) - 1)} alike" if len(files) > 1 else "")
    devices = sorted({file.device for file in files if file.device})
    return Group(
        dialect,
        " ".join(devices) if len(devices) <= NAMED else "*",
        title,
        grouped(len(files)),
        state,
        tuple(_said(row) for row in bad) or tuple(filter(None, [_summary(ran, len(files))])),
        tuple((file.path, hashes.get(file.path, file.sha256)) for file in files[:LISTED]),
        max(0, len(files) - LISTED),
    )


def _summary(ran: list[Mapping[str, Any]], files: int) -> str:
    """Who accepted how many files."""
    if not ran:
        return ""
    seen = sum(row["read"] == row["path"] for row in ran)
    who = ", ".join(sorted({row["validator"] for row in ran}))
    return f"{who}: accepted" + (
        f" ({grouped(seen)} of {grouped(files)} read, one per template)" if seen < files else ""
    )


def _said(row: Mapping[str, Any]) -> str:
    return f"{row['validator']}: rejected {row['path']}: {row['output'].strip()}"
