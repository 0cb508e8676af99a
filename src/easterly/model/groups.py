"""Links in groups that people know: the tiers of a fabric, and each pair of routers of the WAN."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import TextColumn, texts
from easterly.model.network import LinkKind, Network


def group_of(network: Network) -> TextColumn:
    """(L,) ``train leaf-spine`` for cables of a fabric, ``train nic-leaf`` at its hosts, ``a - b`` by routers in the WAN."""
    nodes, links = network.nodes, network.links
    src, dst = links.src, links.dst
    upwards = nodes.tier[src] <= nodes.tier[dst]
    low, high = np.where(upwards, src, dst), np.where(upwards, dst, src)
    names = [f"{f} {a}-{b}" for f, a, b in zip(nodes.fabric[low].tolist(), nodes.role[low].tolist(),
                                                 nodes.role[high].tolist(), strict=True)]  # fmt: skip
    wan = [f"{a} - {b}" for a, b in zip(nodes.name[np.minimum(src, dst)].tolist(),
                                        nodes.name[np.maximum(src, dst)].tolist(), strict=True)]  # fmt: skip
    far = (links.kind == LinkKind.WAN).tolist()
    return texts([there if is_wan else here for is_wan, here, there in zip(far, names, wan, strict=True)])
