"""Links and queues by the names that people know."""

from __future__ import annotations

from easterly.model.port_queues import PacketQueues
from easterly.study.nouns import Nouns


def links_of(nouns: Nouns) -> list[str]:
    """Links by their ends."""
    network = nouns.network.value
    name, links = network.nodes.name.tolist(), network.links
    return [f"{name[src]}>{name[dst]}" for src, dst in zip(links.src.tolist(), links.dst.tolist(), strict=True)]


def classes_of(nouns: Nouns, queues: PacketQueues) -> dict[int, str]:
    """Classes of each queue; -1: first in, first out."""
    of_class, classes = queues.of_class.tolist(), nouns.qos.value.traffic_class.tolist()
    named = {q: ", ".join(c for c, at in zip(classes, of_class, strict=True) if at == q) for q in of_class}
    return {**named, -1: "all"}
