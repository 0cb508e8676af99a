"""Interfaces of hosts as networks of Multus."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from easterly.config.kubernetes.pods import Pod
from easterly.config.linux import Nic

CNI = "0.4.0"
Key = tuple[str, str, tuple[tuple[str, str], ...]]
"""What pods can share an attachment by: namespace, interface, routes."""


def key(pod: Pod, nic: Nic) -> Key:
    """Under which the attachment of an interface of a pod is kept."""
    return pod.space, nic.name, nic.routes


def attachments(pods: Iterable[Pod]) -> dict[Key, str]:
    """Name of each attachment that pods need: an interface, and the gateway of its leaf.

    Addresses are the pod's own; routes are those of a leaf, so that one attachment serves all of its hosts.
    """
    made: dict[Key, str] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for pod in pods:
        for nic in () if pod.shared else pod.nics:
            if key(pod, nic) in made:
                continue
            name = f"{nic.name}-via-{_word(nic.routes[0][1])}" if nic.routes else nic.name
            seen[pod.space, name] += 1
            again = seen[pod.space, name]
            made[key(pod, nic)] = name if again == 1 else f"{name}-{again}"
    return made


def _word(address: str) -> str:
    """An address in letters that Kubernetes takes, which do not end in ``-``."""
    return address.replace(".", "-").replace(":", "-") + "0" * address.endswith(":")


def render(made: Mapping[Key, str]) -> Iterator[str]:
    """An object each: the interface moves into the pod, with routes that are chosen by the source address.

    ``host-device`` moves the interface, ``static`` gives it the addresses of the request (the capability ``ips``) and
    the routes written here, and ``sbr`` puts the routes into a table of their own, as on a host (cni.dev, plugins).
    """
    for (space, device, routes), name in made.items():
        given = {"type": "static", "routes": [{"dst": to, "gw": via} for to, via in routes]}
        moved = {"type": "host-device", "device": device, "capabilities": {"ips": True}, "ipam": given}
        plugins = {"cniVersion": CNI, "name": name, "plugins": [moved, {"type": "sbr"}]}
        yield "\n".join([
            "# Whoever asks for it names the addresses (ips): this interface has none of its own.",
            "apiVersion: k8s.cni.cncf.io/v1", "kind: NetworkAttachmentDefinition",
            f'metadata: {{name: {name}, namespace: "{space}"}}', "spec:", f"  config: '{json.dumps(plugins)}'", "",
        ])  # fmt: skip
