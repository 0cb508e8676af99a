"""``lab.json``: what a run of the lab found, beside the plan that it belongs to, and whether it still does."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from easterly.base.schema import Doc

NAME, SCHEMA = "lab.json", 1
KEYS: dict[str, type | tuple[type, ...]] = {
    "plan": dict, "shrunk": list, "scale": (int, float), "routers": list, "hosts": list, "substitutions": list,
    "repairs": list, "comparisons": list, "unmeasured": list, "seconds": dict,
}  # fmt: skip
"""What the report needs of it, and as what."""
NUMBERS = ("predicted", "least", "most", "measured")
UNITS = ("s", "B", "bit/s", "1")
NAMED = 3
"""Files that are named where several differ."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A result beside a plan."""

    result: Annotated[Mapping[str, Any], Doc("The document; empty where it cannot be read.")]
    stale: Annotated[str, Doc("Why it is not of this plan, in words; empty if it is.")]


def belongs(document: Mapping[str, Any]) -> dict[str, Any]:
    """What tells a plan from others: version, digest of the site, digest of each rendered file.

    Parameters
    ----------
    document : mapping
        With ``provenance`` and ``artifacts`` as in ``plan.json``.
    """
    files = {row["path"]: row["sha256"] for row in document["artifacts"]}
    own = document["provenance"]
    return {"easterly": own["easterly"], "site_sha256": own["site_sha256"], "files": dict(sorted(files.items()))}


def beside(folder: Path, document: Mapping[str, Any]) -> Tried | None:
    """The result in a folder, held against a plan; nothing where there is none.

    Parameters
    ----------
    folder : Path
    document : mapping
        The plan, as in ``plan.json``.
    """
    try:
        found = json.loads((folder / NAME).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        return Tried({}, f"{NAME} cannot be read: {str(error) or type(error).__name__}")
    wrong = misshapen(found)
    return Tried({}, f"{NAME} cannot be read: {wrong}") if wrong else Tried(found, stale(found, belongs(document)))


def misshapen(found: Any) -> str:
    """What a document lacks to be a result of this program; nothing if it lacks nothing."""
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        return f"it has no schema {SCHEMA}"
    for key, kind in KEYS.items():
        if not isinstance(found.get(key), kind):
            return f"its key {key} is missing or of another kind"
    plan = found["plan"]
    if not (
        isinstance(plan.get("files"), dict) and all(isinstance(plan.get(k), str) for k in ("easterly", "site_sha256"))
    ):
        return "its key plan is of another kind"
    for key, words in (("substitutions", ("lacking", "instead")), ("unmeasured", ("what", "why"))):
        if not all(
            isinstance(row, dict) and all(isinstance(row.get(word), str) for word in words) for row in found[key]
        ):
            return f"its key {key} has a row of another kind"
    if not all(_numeric(value) for value in (found["scale"], *found["seconds"].values())):
        return "its key scale or seconds is no number"
    return next((f"comparison {i + 1} is none" for i, row in enumerate(found["comparisons"]) if not _compares(row)), "")


def _compares(row: Any) -> bool:
    """Whether a row has what is drawn of it; a number that could not be found is null."""
    return (
        isinstance(row, dict) and isinstance(row.get("what"), str) and isinstance(row.get("ok"), bool)
        and row.get("unit") in UNITS and isinstance(row.get("why"), str) and isinstance(row.get("differences"), list)
        and all(row.get(key, "") is None or _numeric(row.get(key)) for key in NUMBERS)
    )  # fmt: skip


def _numeric(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def stale(found: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    """Why a result is not of a plan; empty if it is.

    Predictions come from the site and are held against what the rendered files did, so that both count. A smaller site
    has files of its own, and there the version counts that renders them.

    Parameters
    ----------
    found : mapping
        The result.
    own : mapping
        What tells the plan from others; see `belongs`.

    Examples
    --------
    >>> own = {"easterly": "1", "site_sha256": "a", "files": {"frr/r1.conf": "x"}}
    >>> stale({"shrunk": [], "plan": {**own, "files": {"frr/r1.conf": "y"}}}, own)
    '1 of 1 files is rendered otherwise: frr/r1.conf'
    """
    was = found["plan"]
    said = ["the site has changed"] * (was["site_sha256"] != own["site_sha256"])
    if was["easterly"] != own["easterly"] and found["shrunk"]:
        said.append(f"it was made by easterly {was['easterly']}, and this plan by {own['easterly']}")
    names = [] if found["shrunk"] else sorted({*was["files"], *own["files"]})
    changed = [name for name in names if was["files"].get(name) != own["files"].get(name)]
    if changed:
        more = f" and {len(changed) - NAMED} more" if len(changed) > NAMED else ""
        verb = "is" if len(changed) == 1 else "are"
        said.append(
            f"{len(changed)} of {len(names)} files {verb} rendered otherwise: {', '.join(changed[:NAMED])}{more}"
        )
    return "; ".join(said)
