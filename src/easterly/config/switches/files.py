"""The files of switches, and the sheet of what their text cannot say."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import fields

from easterly.base.findings import Finding
from easterly.config import sonic
from easterly.config.linux.qos.hosts import unsaid
from easterly.config.switches.compare import differences
from easterly.config.switches.dialect import DIALECTS, Dialect, settings
from easterly.model.network import Network
from easterly.model.outcome import Artifact, DeviceConfigs
from easterly.model.qos import QosPlan
from easterly.model.queueing import MemorySetting, QueueSetting, SwitchSetting
from easterly.model.spec.site import Site

SHEET = "qos-sheet.csv"
HEADER = ("os", "device", "port", "queue", "what", "planned", "written")
HINT = "report this as a defect of Easterly"
UNSAID = {"sonic": sonic.NOT_WRITTEN}
Row = tuple[str, str, str, str, str, str, str]


def render(site: Site, network: Network, qos: QosPlan) -> list[Artifact]:
    """Files of all switches that have an operating system of their own, and one sheet.

    FRR has no queues: what it runs on schedules, and for Linux that is the kernel. So its switches have no file here,
    and the sheet says so. Meters and the treatment of unknown code points stand in the sheet too, with the reason,
    where an operating system has no words for them.

    Parameters
    ----------
    site : Site
        `os` of its switch models.
    network : Network
    qos : QosPlan

    Returns
    -------
    list of Artifact
        Switches that run Linux have none.
    """
    files: list[Artifact] = []
    rows: dict[tuple[str, ...], Row] = {}
    for dialect, switch in settings(site, network, qos):
        written = dialect.fit(switch)
        shape = (
            f"{dialect.name} classes{' pfc' * any(p.watchdog for p in switch.ports)}{' memory' * bool(switch.memory)}"
        )
        files.append(Artifact(
            dialect.path(switch.device), dialect.render(written), switch.device, dialect.name, shape,
        ))  # fmt: skip
        for row in _lost(dialect, switch, written):
            rows.setdefault((row[0], *row[3:]), row)
    told = [*rows.values(), *_unsaid(site, qos), *_hosts(qos)]
    if told:
        text = _sheet([*told, _frr()])
        files.append(Artifact(SHEET, text, "", "csv", "sheet of classes"))
    return files


def _lost(dialect: Dialect, wanted: SwitchSetting, written: SwitchSetting) -> Iterator[Row]:
    """What is wanted and written otherwise, or not at all."""
    name = dialect.name
    if wanted.memory is None:
        yield name, wanted.device, "", "", "memory", "not stated for this model", "defaults of the platform"
    else:
        yield from _memory(dialect, wanted, written)
    for mine, other in zip(wanted.ports, written.ports, strict=True):
        for queue, text in zip(mine.queues, other.queues, strict=True):
            for field in fields(QueueSetting):
                want, have = getattr(queue, field.name), getattr(text, field.name)
                if want is not None and want != have:
                    words = ("none" if have is None else str(have),)
                    yield name, wanted.device, mine.port, str(queue.queue), field.name, str(want), *words


def _memory(dialect: Dialect, wanted: SwitchSetting, written: SwitchSetting) -> Iterator[Row]:
    for field in fields(MemorySetting):
        want, have = getattr(wanted.memory, field.name), getattr(written.memory, field.name, None)
        if want is not None and want != have:
            words = "none" if have is None else str(have)
            yield dialect.name, wanted.device, "", "", f"memory {field.name}", str(want), words


def _unsaid(site: Site, qos: QosPlan) -> Iterator[Row]:
    """Meters, and what becomes of unknown code points, by groups of ports."""
    system = {name: switch.os for name, switch in site.hardware.switches.items()}
    of = [system.get(name, "") for name in qos.groups.device_type.tolist()]
    rows = qos.policers
    for g, c, kind, cir in zip(
        rows.group.tolist(), rows.traffic_class.tolist(), rows.algorithm.tolist(), rows.cir_bps.tolist(), strict=True
    ):
        if of[g] in DIALECTS:
            why = UNSAID.get(of[g], {}).get("meter", "none")
            yield of[g], "", str(qos.groups.name[g]), str(int(qos.queue[c])), f"meter {kind}", f"{cir:.0f} bit/s", why
    for g, name in enumerate(of):
        what = "unknown code points"
        if qos.groups.trust[g] == "known" and what in UNSAID.get(name, {}):
            yield name, "", str(qos.groups.name[g]), "", what, "become 0", UNSAID[name][what]


def _hosts(qos: QosPlan) -> Iterator[Row]:
    """Settings of hosts that no file of theirs can hold, or that only some interfaces have."""
    for group, queue, what, planned, why in unsaid(qos):
        yield "linux", "", group, queue, what, planned, why


def _frr() -> Row:
    return "linux", "", "", "", "classes", "", "FRR has no queues of its own: those of its kernel"


def _sheet(rows: list[Row]) -> str:
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    return page.getvalue()


def contradictions(site: Site, network: Network, qos: QosPlan, configs: DeviceConfigs) -> Iterator[Finding]:
    """Where the text of a switch, read back, is not what the plan says (E906)."""
    text = {file.path: file.text for file in configs.artifacts if file.dialect in DIALECTS}
    for dialect, switch in settings(site, network, qos):
        path = dialect.path(switch.device)
        try:
            said = (
                differences(dialect.fit(switch), dialect.parse(text[path])) if path in text else (f"{path} is absent",)
            )
        except ValueError as error:
            said = (f"{path}: {error}",)
        yield from (Finding("E906", "hardware/switches", line, HINT) for line in said)
