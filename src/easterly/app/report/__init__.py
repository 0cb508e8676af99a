"""The report: one offline HTML file that holds a whole plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from easterly.app.tried import Tried
from easterly.model.plan import Plan

__all__ = ["write"]


def write(
    plan: Plan, document: Mapping[str, Any], path: Path, run: Mapping[str, Any] | None = None,
    tried: Tried | None = None,
) -> None:  # fmt: skip
    """Write the report of a plan as one HTML file that needs nothing else.

    The file holds its scripts, its styles and its data, makes no request, and has no time stamp in it:
    equal input gives equal bytes.

    Parameters
    ----------
    plan : Plan
        Source of the pod matrix, the address pools and the queues.
    document : mapping
        The ``plan.json`` document: verdicts, bill, jobs, findings, artefacts, provenance.
    path : Path
        File to write; its folder must exist.
    run : mapping, optional
        The ``run.json`` document, for what outside checkers said of each artefact. Nothing else of it
        (timings, machine) goes into the report.
    tried : Tried, optional
        What a lab found of this plan, or of an earlier one.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    from easterly.app.report.page import render

    path.write_bytes(render(plan, document, run, tried=tried).encode())
