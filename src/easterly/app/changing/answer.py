"""An order of steps as JSON, and as files."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from easterly.app.values import number

if TYPE_CHECKING:
    from easterly.model.outcome import DeviceConfigs
    from easterly.study.changeover import Changeover
    from easterly.study.changeover.states import Load


def document(made: Changeover) -> dict[str, Any]:
    """Steps in their order, with what the network carries while and after each is made."""
    return {
        "worst": number(made.worst), "bound": number(made.bound), "gap": number(made.worst - made.bound),
        "as_written": number(made.as_written), "looked_at": made.looked_at, "before": _load(made.before),
        "jobs_before_s": {name: number(value) for name, value in made.steps_s.items()},
        "steps": [
            {
                "step": each.step.name, "says": each.step.says,
                "during": _load(each.during) if each.during.link else None, "after": _load(each.after),
                "jobs_s": {name: number(value) for name, value in each.steps_s.items()},
                "patch": list(each.step.patch), "undo": list(each.step.undo),
            }
            for each in made.taken
        ],
    }  # fmt: skip


def _load(made: Load) -> dict[str, Any]:
    return {"utilisation": number(made.utilisation), "link": made.link or None, "why": made.why or None}


def export(made: Changeover, folder: Path) -> list[Path]:
    """Write each step: the patch of the site file, what takes it back, and what changes in the devices.

    Parameters
    ----------
    made : Changeover
    folder : Path

    Returns
    -------
    list of Path

    Raises
    ------
    OSError
        Nothing can be written there.
    """
    from easterly.study.changeover.states import States

    states = States()
    written, files = [], _files(states.nouns(made.data).configs.value)
    for number_, each in enumerate(made.taken, 1):
        stem = f"{number_:02d}-{each.step.name.replace('/', '-')}"
        after = _files(states.nouns(each.data).configs.value)
        for name, text in (
            (f"{stem}.json", _plain(each.step.patch)), (f"{stem}.undo.json", _plain(each.step.undo)),
            (f"{stem}.diff", "".join(_diff(files, after))),
        ):  # fmt: skip
            written.append(_write(folder / name, text))
        files = after
    return written


def _plain(ops: Any) -> str:
    return json.dumps(list(ops), indent=1) + "\n"


def _files(configs: DeviceConfigs) -> dict[str, str]:
    return {artifact.path: artifact.text for artifact in configs.artifacts}


def _diff(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Unified differences of all files of devices, as `git apply` and `patch -p1` take them."""
    lines: list[str] = []
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            old, new = (f"{side}/{name}" if name in files else "/dev/null"
                        for side, files in (("a", before), ("b", after)))  # fmt: skip
            for line in difflib.unified_diff(
                before.get(name, "").splitlines(keepends=True), after.get(name, "").splitlines(keepends=True), old, new
            ):
                lines.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return lines


def _write(path: Path, text: str) -> Path:
    from easterly.app.planning import write_text

    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, text)
    return path
