"""``topology.conf`` and ``topology.yaml`` of Slurm, and the hosts of each job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from easterly.config.slurm.hostlist import written
from easterly.model.branches import Branch
from easterly.model.outcome import Artifact

HEAD = "# Written by Easterly from the site file.\n"


def render(branches: Sequence[Branch], jobs: Mapping[str, Sequence[str]]) -> list[Artifact]:
    """The tree for ``topology/tree``, the same beside blocks in one YAML file, and a host list per job.

    ``topology.conf`` is read by every version of Slurm (``TopologyPlugin=topology/tree``); ``topology.yaml``, from
    25.05 on, replaces it where it exists and holds several topologies (topology.conf(5), topology.yaml(5)). A host has
    many leaves where there are rails; for Slurm it hangs on the one block of hosts that share all of them. Blocks are
    written where they are of one size, as ``topology/block`` wants.

    Parameters
    ----------
    branches : sequence of Branch
    jobs : mapping of str to sequence of str
        Hosts in rank order, by job.

    Returns
    -------
    list of Artifact
        ``slurm/topology.conf``, ``slurm/topology.yaml``, ``slurm/nodelists.txt``.
    """
    nodes = "".join(f"{name} {written(hosts)}\n" for name, hosts in sorted(jobs.items()))
    return [
        _file("topology.conf", HEAD + "".join(_line(branch, branches) for branch in branches)),
        _file("topology.yaml", HEAD + _yaml(branches)),
        _file("nodelists.txt", HEAD + "# job, and what to give to sbatch --nodelist\n" + nodes),
    ]


def _file(name: str, text: str) -> Artifact:
    return Artifact(f"slurm/{name}", text, "", "slurm", f"slurm {name}")


def _children(branch: Branch, branches: Sequence[Branch]) -> list[str]:
    return [each.name for each in branches if each.parent == branch.name]


def _line(branch: Branch, branches: Sequence[Branch]) -> str:
    below = f"Nodes={written(branch.hosts)}" if branch.hosts else f"Switches={written(_children(branch, branches))}"
    return f"SwitchName={branch.name} {below}\n"


def _yaml(branches: Sequence[Branch]) -> str:
    rows = ["---", "- topology: tree", "  cluster_default: true", "  tree:", "    switches:"]
    for branch in branches:
        rows.append(f"      - switch: {branch.name}")
        inside = ("nodes", branch.hosts) if branch.hosts else ("children", _children(branch, branches))
        rows.append(f'        {inside[0]}: "{written(inside[1])}"')
    sizes = {len(branch.hosts) for branch in branches if branch.hosts}
    if len(sizes) == 1:
        rows += ["- topology: block", "  cluster_default: false", "  block:"]
        rows += ["    block_sizes:", f"      - {sizes.pop()}", "    blocks:"]
        for branch in branches:
            if branch.hosts:
                rows += [f"      - block: {branch.name}", f'        nodes: "{written(branch.hosts)}"']
    return "\n".join(rows) + "\n"
