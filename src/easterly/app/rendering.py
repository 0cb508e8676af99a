"""Rendered files of a site for some targets: what is written, what is left alone, who read it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from easterly.app.planning import write_below, write_text

if TYPE_CHECKING:
    from easterly.model.outcome import Artifact, Validation

MANIFEST = "render.json"
PLAN = "plan.json"


@dataclass(frozen=True, slots=True)
class Rendered:
    """Files by target, and what checkers said of those that they read."""

    files: dict[str, tuple[Artifact, ...]]
    validations: tuple[Validation, ...]

    @property
    def artifacts(self) -> tuple[Artifact, ...]:
        """All files, each once, sorted by path."""
        from easterly.study.rendering import each_once

        return each_once(self.files)

    def rows(self) -> list[dict[str, Any]]:
        """One row per target: files, lines, and each checker with how many files it accepted and read."""
        template = {file.path: file.template for files in self.files.values() for file in files}
        by_template = {template[v.path]: v for v in self.validations}
        by_path = {v.path: v for v in self.validations}
        rows = []
        for name, files in self.files.items():
            lines = sum(file.text.count("\n") for file in files)
            said = [(file, by_path.get(file.path) or by_template.get(file.template)) for file in files]
            rows.append({"target": name, "files": len(files), "lines": lines, "checked": _checked(said)})
        return rows

    def refused(self) -> list[Validation]:
        """What checkers refused."""
        return [v for v in self.validations if v.ok is False]


def _checked(said: Sequence[tuple[Artifact, Validation | None]]) -> list[dict[str, Any]]:
    """By checker: files whose template it was shown, files that it read itself, files that it refused."""
    found: dict[str, dict[str, Any]] = {}
    for file, answer in said:
        name = answer.validator if answer is not None and answer.ok is not None else "not validated"
        row = found.setdefault(name, {"by": name, "files": 0, "read": 0, "refused": 0})
        row["files"] += 1
        if answer is not None and answer.ok is not None and answer.path == file.path:
            row["read"] += 1
            row["refused"] += not answer.ok
    return [found[name] for name in sorted(found, key=lambda name: (name == "not validated", name))]


def strangers(folder: Path, files: Sequence[Artifact]) -> list[str]:
    """Paths where something stands that Easterly did not write, or that was changed since.

    Known are the files that ``render.json`` of earlier renderings and ``plan.json`` of plans in the folder list with
    their digest.

    Parameters
    ----------
    folder : Path
    files : sequence of Artifact
        What is to be written; what stands there already with the same content is no stranger.
    """
    if not folder.is_dir():  # nothing is in it; what cannot be written is told when it is
        return []
    known = _listed(folder)
    found = []
    for file in files:
        path = folder / file.path
        try:
            have = hashlib.sha256(path.read_bytes()).hexdigest()
        except FileNotFoundError:
            continue
        except OSError:  # a folder where a file belongs, or something that cannot be read
            found.append(file.path)
            continue
        if have not in (file.sha256, known.get(file.path)):
            found.append(file.path)
    return found


def standing(folder: Path, files: Sequence[Artifact]) -> dict[str, str]:
    """Texts of those files that are in a folder, by path; bytes that are no UTF-8 are replaced.

    Raises
    ------
    OSError
        A file is there and cannot be read.
    """
    return {
        file.path: (folder / file.path).read_bytes().decode("utf-8", errors="replace")
        for file in files
        if (folder / file.path).exists()
    }


def write(folder: Path, files: Sequence[Artifact]) -> int:
    """Write files whole or not at all, leave those alone that are the same, and list them; how many changed."""
    from easterly.app.document import dump

    stand = [(folder / file.path, file.text.encode()) for file in files]
    changed = sum(not path.is_file() or path.read_bytes() != text for path, text in stand)
    write_below(folder, files)
    listed = _manifest(folder) | {file.path: file.sha256 for file in files}
    write_text(folder / MANIFEST, dump({"schema": 1, "files": dict(sorted(listed.items()))}))
    return changed


def _listed(folder: Path) -> dict[str, str]:
    rows = _json(folder / PLAN).get("artifacts")
    plan = {r["path"]: r["sha256"] for r in rows if isinstance(r, dict)} if isinstance(rows, list) else {}
    return {**plan, **_manifest(folder)}


def _manifest(folder: Path) -> dict[str, str]:
    files = _json(folder / MANIFEST).get("files")
    return {str(path): str(digest) for path, digest in files.items()} if isinstance(files, Mapping) else {}


def _json(path: Path) -> Mapping[str, Any]:
    """What a document says; nothing where it is not there or is none: then all files are strangers."""
    try:
        made = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return made if isinstance(made, Mapping) else {}
