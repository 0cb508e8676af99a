"""``Topology``, ``ResourceFlavor``, ``ClusterQueue`` and the labels of nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from easterly.model.branches import Branch
from easterly.model.outcome import Artifact

LABEL = "network.easterly"
"""Prefix of the labels: ``network.easterly/leaf``, ``network.easterly/pod``, ``network.easterly/fabric``."""
GPU = "nvidia.com/gpu"
API = "kueue.x-k8s.io/v1beta1"
HEAD = "# Written by Easterly from the site file.\n"
_NAME = re.compile(r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")
_VALUE = re.compile(r"^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$")


def render(
    branches: Sequence[Branch], gpus: Mapping[str, int], shares: Mapping[str, float] | None = None
) -> list[Artifact]:
    """What tells Kueue where nodes are, and what each tenant may use.

    Topology-aware scheduling reads the place of a node from its labels: a ``Topology`` names them from the top
    downwards, the host last; a ``ResourceFlavor`` ties nodes to it (Kueue, concepts/topology_aware_scheduling; both are
    of `API` from Kueue 0.14 on). Tenants get a ``ClusterQueue`` each, with their share of the GPUs as quota and as
    weight of fair sharing, in one cohort, so that what one leaves another may borrow.

    Parameters
    ----------
    branches : sequence of Branch
    gpus : mapping of str to int
        GPUs by fabric.
    shares : mapping of str to float [1], optional
        Share of each tenant; no queues if absent.

    Returns
    -------
    list of Artifact
        ``kueue/topology.yaml``, ``kueue/nodes.yaml`` and, for tenants, ``kueue/queues.yaml``.

    Raises
    ------
    ValueError
        A host, fabric or tenant whose name Kubernetes does not take.
    """
    files = [_file("topology.yaml", _topologies(branches)), _file("nodes.yaml", _nodes(branches))]
    return [*files, _file("queues.yaml", _queues(gpus, shares))] if shares else files


def _file(name: str, documents: Iterator[list[str]]) -> Artifact:
    text = HEAD + "".join("---\n" + "\n".join(rows) + "\n" for rows in documents)
    return Artifact(f"kueue/{name}", text, "", "kueue", f"kueue {name}")


def _head(kind: str, name: str, api: str = API) -> list[str]:
    if not _NAME.match(name):
        raise ValueError(
            f"{kind} {name!r}: Kubernetes takes names of lower-case letters, digits, '-' and '.' alone; rename it"
        )
    return [f"apiVersion: {api}", f"kind: {kind}", "metadata:", f"  name: {name}"]


def _topologies(branches: Sequence[Branch]) -> Iterator[list[str]]:
    for fabric in dict.fromkeys(branch.fabric for branch in branches):
        levels = dict.fromkeys(["fabric", *(b.level for b in branches if b.fabric == fabric)])
        labels = [*(f"{LABEL}/{level}" for level in levels), "kubernetes.io/hostname"]
        yield [*_head("Topology", fabric), "spec:", "  levels:", *(f"  - nodeLabel: {label}" for label in labels)]
        yield [
            *_head("ResourceFlavor", fabric), "spec:", "  nodeLabels:", f"    {LABEL}/fabric: {_value(fabric)}",
            f"  topologyName: {fabric}",
        ]  # fmt: skip


def _nodes(branches: Sequence[Branch]) -> Iterator[list[str]]:
    by_name = {branch.name: branch for branch in branches}
    for branch in branches:
        labels = {"fabric": branch.fabric}
        above: Branch | None = branch
        while above is not None:
            labels.setdefault(above.level, above.name)
            above = by_name.get(above.parent)
        for host in branch.hosts:
            rows = [f"    {LABEL}/{level}: {_value(name)}" for level, name in sorted(labels.items())]
            yield [*_head("Node", host, "v1"), "  labels:", *rows, f"    kubernetes.io/hostname: {_value(host)}"]


def _queues(gpus: Mapping[str, int], shares: Mapping[str, float]) -> Iterator[list[str]]:
    for tenant, share in sorted(shares.items()):
        rows = [
            *_head("ClusterQueue", tenant), "spec:", "  cohort: easterly", "  namespaceSelector:", "    matchLabels:",
            f"      tenant: {_value(tenant)}", "  fairSharing:", f'    weight: "{share:.6g}"', "  resourceGroups:",
            f'  - coveredResources: ["{GPU}"]', "    flavors:",
        ]  # fmt: skip
        for fabric, count in sorted(gpus.items()):
            quota = int(count * share + 1e-9)
            rows += [
                f"    - name: {fabric}",
                "      resources:",
                f"      - name: {GPU}",
                f"        nominalQuota: {quota}",
            ]
        yield rows


def _value(text: str) -> str:
    if not _VALUE.match(text):
        raise ValueError(f"label value {text!r}: Kubernetes takes at most 63 letters, digits, '-', '_' and '.'")
    return f'"{text}"'
