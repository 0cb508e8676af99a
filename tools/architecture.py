"""Write the rooms table of ARCHITECTURE.md from the import contract in pyproject.toml.

usage: python tools/architecture.py [--check]
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- rooms: begin -->\n", "<!-- rooms: end -->\n"
WHAT = {
    "base": "quantities and units, findings, columns, seeds, the registry of backends",
    "_kernel": "the compiled core (C++20, nanobind): array-in, array-out algorithms behind a typed, tested stub",
    "model": "the nouns: immutable, columnar, every attribute declared once with its unit; the catalog of public facts",
    "site": "text to nouns and back: the site file with its places, fabric blueprints, importers, exporters",
    "address": "the IP plan, and calculations with prefixes",
    "demand": "training jobs and inference services to traffic",
    "route": "network and demand to paths, and how evenly hashing uses them",
    "qos": "classes and hardware to queues, marks and shares",
    "predict": "what will happen: rates, step times, loads",
    "config": "plans to the text of devices and hosts, and that text back to nouns",
    "verify": "intents to verdicts with margin and evidence",
    "observe": "telemetry in: collect, infer, forecast, detect (empty so far)",
    "cache": "content close to its users (empty so far)",
    "study": "compositions of the verbs: the plan pipeline, failures, the bill",
    "operate": "acting on a network (empty so far)",
    "learn": "learned models on network data (empty so far)",
    "app": "command line and report",
}


def contracts() -> list[dict[str, Any]]:
    """The import contracts as written."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    return found


def layers() -> list[list[str]]:
    """Rooms by layer, top first."""
    contract = next(c for c in contracts() if c["type"] == "layers")
    return [line.split(" | ") for line in contract["layers"]]


def forbidden(room: str) -> set[str]:
    """Rooms that a contract of its own keeps from this one."""
    bans = [c for c in contracts() if c["type"] == "forbidden" and f"easterly.{room}" in c["source_modules"]]
    return {m.removeprefix("easterly.") for c in bans for m in c["forbidden_modules"] if m.startswith("easterly.")}


def may_import(room: str) -> str:
    """What a room may import, in words, nearest layer first."""
    stack = layers()
    level = next(i for i, rooms in enumerate(stack) if room in rooms)
    below = [name for rooms in stack[level + 1 :] for name in rooms if name not in forbidden(room)]
    if level == 0:
        return "everything"
    if not below:
        return "numpy"
    return ", ".join(f"`{name}`" for name in below) if len(below) <= 3 else f"`{below[0]}` and everything below it"


def table() -> str:
    """The rooms as a Markdown table, top first."""
    rows = [f"| `{room}` | {WHAT[room]} | {may_import(room)} |" for rooms in layers() for room in rooms]
    return "\n".join(["| room | does | may import |", "|---|---|---|", *rows]) + "\n"


def drawn(text: str) -> str:
    """The page with the table between its marks written anew."""
    head, rest = text.split(BEGIN)
    return head + BEGIN + table() + END + rest.split(END)[1]


def main(arguments: list[str]) -> int:
    """Write the table, or with ``--check`` only say whether it is up to date."""
    page = ROOT / "ARCHITECTURE.md"
    text = page.read_text(encoding="utf-8")
    if "--check" not in arguments:
        page.write_text(drawn(text), encoding="utf-8")
    elif drawn(text) != text:
        print("ARCHITECTURE.md does not show the contract; run python tools/architecture.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
