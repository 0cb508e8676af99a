"""Slurm's files read back."""

from __future__ import annotations

from typing import Any

from easterly.config.slurm.hostlist import read

Tree = dict[str, tuple[str, tuple[str, ...]]]
"""By switch: ``nodes`` or ``switches``, and their names."""


def tree(text: str) -> Tree:
    r"""Switches of a ``topology.conf``.

    Parameters
    ----------
    text : str
        Keywords in any case; comments start with ``#``.

    Raises
    ------
    ValueError
        A line that is none of a switch, or a switch that is named twice.

    Examples
    --------
    >>> tree("SwitchName=top Switches=s[0-1]\nSwitchName=s0 Nodes=n[1-2]\nSwitchName=s1 Nodes=n3")["s0"]
    ('nodes', ('n1', 'n2'))
    """
    found: Tree = {}
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if not words:
            continue
        keys = {key.lower(): value for key, _, value in (word.partition("=") for word in words)}
        below = [kind for kind in ("nodes", "switches") if kind in keys]
        if "switchname" not in keys or len(below) != 1 or set(keys) - {"switchname", "nodes", "switches", "linkspeed"}:
            raise ValueError(f"topology.conf: {line!r} names no switch with its nodes or switches")
        if keys["switchname"] in found:
            raise ValueError(f"topology.conf: switch {keys['switchname']} is there twice")
        found[keys["switchname"]] = (below[0], tuple(read(keys[below[0]])))
    return found


def tree_of_yaml(text: str) -> Tree:
    """Switches of the tree in a ``topology.yaml``; none if it has no tree."""
    made: Tree = {}
    for entry in _topologies(text):
        for switch in entry.get("tree", {}).get("switches", ()):
            kind = "nodes" if "nodes" in switch else "children"
            made[switch["switch"]] = ("nodes" if kind == "nodes" else "switches", tuple(read(switch[kind])))
    return made


def blocks(text: str) -> dict[str, tuple[str, ...]]:
    """Nodes of the blocks in a ``topology.yaml``; none if it has no blocks."""
    rows = [block for entry in _topologies(text) for block in entry.get("block", {}).get("blocks", ())]
    return {block["block"]: tuple(read(block["nodes"])) for block in rows}


def jobs(text: str) -> dict[str, tuple[str, ...]]:
    """Hosts of each job in a ``nodelists.txt``, in rank order.

    >>> jobs("a n[0-1]")
    {'a': ('n0', 'n1')}
    """
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return {name: tuple(read(nodes)) for name, nodes in rows}


def _topologies(text: str) -> list[Any]:
    from easterly.model import yamls

    return list(yamls.load(text) or ())
