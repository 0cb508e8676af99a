"""Would the rendered files do what they say? Decided on their text before any outside program sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from easterly.base.findings import Finding
from easterly.config import haproxy, nginx
from easterly.config.fronts.front import Front
from easterly.config.ovs.parse import parse as bridge_of
from easterly.config.ovs.sanity import HINT, faults
from easterly.config.switches.dialect import DIALECTS
from easterly.model.outcome import Artifact
from easterly.model.queueing import QueueSetting, SwitchSetting

FRONTS = {"haproxy": haproxy.parse, "nginx": nginx.parse}
PERCENT = ("eos", "junos", "nxos")
"""Systems whose weights are percent of a port."""


def implausible(files: Iterable[Artifact]) -> tuple[Finding, ...]:
    """Files that are well-formed and cannot be meant.

    Parameters
    ----------
    files : iterable of Artifact
        Of switches of all makers their classes alone, as `easterly.config.switches.render` makes them.

    Returns
    -------
    tuple of Finding
        E922 a front end whose weights are all 0; E924 to E927 of bridges (see `easterly.config.ovs.sanity.faults`);
        E928 marks that begin above where they end; E929 shares of a port above 100 %.
    """
    found: list[Finding] = []
    bridges: dict[str, dict[str, str]] = defaultdict(dict)
    seen: set[tuple[str, str]] = set()
    for file in files:
        name, _, suffix = file.path.rpartition(".")
        if file.dialect == "ovs":
            bridges[name][suffix] = file.text
        elif file.dialect in FRONTS:
            found += _front(file.path, FRONTS[file.dialect](file.text))
        elif file.dialect in DIALECTS and file.path == DIALECTS[file.dialect].path(file.device):
            text = file.text.replace(file.device, "")  # most switches of a site differ in their names alone
            if (file.dialect, text) not in seen:
                seen.add((file.dialect, text))
                found += _switch(file.path, DIALECTS[file.dialect].parse(file.text), file.dialect in PERCENT)
    for name, texts in bridges.items():
        found += faults(texts, name)
        found += _queues(name, texts)
    return tuple(found)


def _front(path: str, front: Front) -> Iterator[Finding]:
    if not any(server.weight for server in front.servers):
        yield Finding("E922", "", f"{path}: all weights are 0: no replica gets a request", HINT)


def _queues(name: str, texts: dict[str, str]) -> Iterator[Finding]:
    if {"flows", "groups", "sh"} <= set(texts):
        total = sum(queue.share_ppm for queue in bridge_of(texts["flows"], texts["groups"], texts["sh"]).queues)
        if total > 1_000_000 + 64:  # each share is rounded to a millionth
            yield Finding("E929", "", f"{name}.sh: queues are promised {total / 1e4:g} % of a port", HINT)


def _switch(path: str, switch: SwitchSetting, percent: bool) -> Iterator[Finding]:
    seen: set[tuple[QueueSetting, ...]] = set()
    for port in switch.ports:
        if port.queues in seen:  # ports of one group have the same queues: one finding is enough
            continue
        seen.add(port.queues)
        for queue in port.queues:
            for low, high in ((queue.kmin_B, queue.kmax_B), (queue.kmin_percent, queue.kmax_percent)):
                if low is not None and high is not None and low > high:
                    text = (
                        f"{path}: {port.port} queue {queue.queue} begins to mark at {low}, and marks all from {high} on"
                    )
                    yield Finding("E928", "", text, HINT)
        total = sum(queue.weight for queue in port.queues)
        if percent and total > 100:
            yield Finding("E929", "", f"{path}: queues of {port.port} have {total} % of it", HINT)
