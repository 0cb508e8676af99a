"""Kueue's objects read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Read:
    """What objects say of topology and quota.

    Attributes
    ----------
    levels : dict of str to tuple of str
        Labels of each topology, from the top downwards.
    flavors : dict of str to tuple of (str, dict)
        Topology and node labels of each flavour.
    labels : dict of str to dict
        Labels of each node.
    quotas : dict of str to dict
        By queue: nominal quota by (flavour, resource).
    weights : dict of str to float
        Weight in fair sharing of each queue.
    """

    levels: dict[str, tuple[str, ...]]
    flavors: dict[str, tuple[str, dict[str, str]]]
    labels: dict[str, dict[str, str]]
    quotas: dict[str, dict[tuple[str, str], int]]
    weights: dict[str, float]

    def domain(self, node: str, topology: str) -> tuple[str, ...]:
        """Values of a node's labels at every level of a topology."""
        return tuple(self.labels[node][label] for label in self.levels[topology])


def parse(*texts: str) -> Read:
    r"""Objects of some files.

    Raises
    ------
    ValueError
        A kind that is not of these.

    Examples
    --------
    >>> text = "kind: Topology\nmetadata: {name: f}\nspec: {levels: [{nodeLabel: kubernetes.io/hostname}]}\n"
    >>> parse(text).levels
    {'f': ('kubernetes.io/hostname',)}
    """
    from easterly.model import yamls

    read = Read({}, {}, {}, {}, {})
    for text in texts:
        for document in yamls.load_all(text):
            if document:
                _take(read, document)
    return read


def _take(read: Read, document: dict[str, Any]) -> None:
    name, spec = document["metadata"]["name"], document.get("spec", {})
    match document["kind"]:
        case "Topology":
            read.levels[name] = tuple(level["nodeLabel"] for level in spec["levels"])
        case "ResourceFlavor":
            read.flavors[name] = (spec["topologyName"], dict(spec["nodeLabels"]))
        case "Node":
            read.labels[name] = dict(document["metadata"]["labels"])
        case "ClusterQueue":
            read.weights[name] = float(spec["fairSharing"]["weight"])
            read.quotas[name] = {
                (flavor["name"], resource["name"]): int(resource["nominalQuota"])
                for group in spec["resourceGroups"]
                for flavor in group["flavors"]
                for resource in flavor["resources"]
            }
        case kind:
            raise ValueError(f"{kind} {name}: neither topology, flavour, node nor queue")
