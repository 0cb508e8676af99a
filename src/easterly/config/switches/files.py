"""The files of switches, and the sheet of what their text cannot say."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import fields

from easterly.base.findings import Finding
from easterly.config import eos, junos, nxos, sonic
from easterly.config.linux.qos.hosts import unsaid
from easterly.config.switches.blocks import ranges
from easterly.config.switches.compare import differences
from easterly.config.switches.dialect import DIALECTS, Dialect, settings
from easterly.model.network import Network
from easterly.model.outcome import Artifact, DeviceConfigs
from easterly.model.qos import QosPlan
from easterly.model.queueing import MemorySetting, MeterSetting, PortSetting, QueueSetting, SwitchSetting
from easterly.model.spec.site import Site

SHEET = "qos-sheet.csv"
HEADER = ("os", "device", "port", "queue", "what", "planned", "written")
HINT = "report this as a defect of Easterly"
UNSAID = {
    "eos": eos.NOT_WRITTEN,
    "junos": junos.NOT_WRITTEN,
    "nxos": nxos.NOT_WRITTEN,
    "sonic": sonic.NOT_WRITTEN,
}
ASIDE = ("kmin_percent", "kmax_percent", "limit_B")
"""What other columns of a queue are worked out from, or are worked out from it."""
PERCENT = {"kmin_B": "kmin_percent", "kmax_B": "kmax_percent"}
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
    told = [*rows.values(), *_hosts(qos)]
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
    if wanted.priorities != written.priorities:
        yield (
            name,
            wanted.device,
            "",
            "",
            "queues of priorities of 802.1p",
            " ".join(map(str, wanted.priorities)),
            "none",
        )
    for mine, other in zip(wanted.ports, written.ports, strict=True):
        yield from _edges(dialect, wanted.device, mine, other)
        for queue, text in zip(mine.queues, other.queues, strict=True):
            for field in fields(QueueSetting):
                want, have = getattr(queue, field.name), getattr(text, field.name)
                if want is not None and want != have and field.name not in ASIDE:
                    words = (
                        str(have)
                        if have not in (None, "")
                        else _otherwise(field.name, queue, text, other, written, name)
                    )
                    yield name, wanted.device, mine.port, str(queue.queue), field.name, str(want), words


def _otherwise(
    what: str, wanted: QueueSetting, q: QueueSetting, port: PortSetting, switch: SwitchSetting, system: str
) -> str:
    """What stands for something that a text has no words for."""
    if what == "mark":
        return "none: in percent of the longest queue, which is not known without the memory of the chip"
    percent = getattr(q, PERCENT[what]) if what in PERCENT else None
    if percent is not None and wanted.limit_B is not None:
        return f"{percent} % of the longest queue, {percent * wanted.limit_B // 100} B"
    if what == "headroom_B" and port.cable_m is not None:
        return f"by the device, from {port.cable_m} m of cable and frames of {switch.frame_B} B"
    return UNSAID[system].get(what, "none")


def _memory(dialect: Dialect, wanted: SwitchSetting, written: SwitchSetting) -> Iterator[Row]:
    for field in fields(MemorySetting):
        want, have = getattr(wanted.memory, field.name), getattr(written.memory, field.name, None)
        if want is not None and want != have:
            percent = getattr(written.memory, f"{field.name.removesuffix('_B')}_percent", None)
            words = "none" if percent is None else f"{percent} % of what is shared"
            yield dialect.name, wanted.device, "", "", f"memory {field.name}", str(want), words


def _edges(dialect: Dialect, device: str, wanted: PortSetting, written: PortSetting) -> Iterator[Row]:
    """What is done on arrival, and cannot be said so."""
    have = {edge.points: edge for edge in written.edges}
    for edge in wanted.edges:
        text = have.get(edge.points)
        where = (dialect.name, device, wanted.port, str(edge.queue))
        if edge.meter and (text is None or text.meter != edge.meter):
            kind = "meter srtcm" if edge.meter.pir_bps is None else "meter trtcm"
            none = UNSAID.get(dialect.name, {}).get("meter", "none")
            yield *where, kind, _rates(edge.meter), _rates(text.meter) if text and text.meter else none
        if edge.dscp is not None and (text is None or text.dscp != edge.dscp):
            points = ",".join(ranges(edge.points))
            kept = UNSAID.get(dialect.name, {}).get("unknown code points", "kept")
            yield *where, "unknown code points", f"{points} become {edge.dscp}", kept


def _rates(meter: MeterSetting) -> str:
    peak = "" if meter.pir_bps is None else f", peak {meter.pir_bps} bit/s {meter.pbs_B} B, between {meter.yellow}"
    return f"{meter.cir_bps} bit/s {meter.cbs_B} B{peak}"


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
