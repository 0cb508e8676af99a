"""Text of Junos read back: what a switch would do with its classes, from its statements alone."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from easterly.model.queueing import (
    EdgeSetting,
    MemorySetting,
    MeterSetting,
    PortSetting,
    QueueSetting,
    SwitchSetting,
)

POINTS = 64
COS = "set class-of-service"
CNP = rf"{COS} congestion-notification-profile (\S+)"
FILTER = r"set firewall family (?:inet|ethernet-switching) filter (\S+) term (\S+)"
COLOURS = r"set firewall three-color-policer (\S+)"
LINES = {
    "host": r"set system host-name (\S+)",
    "class": rf"{COS} forwarding-classes class (\S+) queue-num (\d)(?: no-loss pfc-priority (\d))?",
    "points": rf"{COS} classifiers dscp (\S+) forwarding-class (\S+) loss-priority low code-points \[ ([01 ]+) \]",
    "part": rf"{COS} shared-buffer (ingress|egress) buffer-partition (lossless|lossless-headroom|lossy) percent (\d+)",
    "threshold": rf"{COS} shared-buffer ingress buffer-partition lossless dynamic-threshold (\d+)",
    "priority": rf"{COS} schedulers (\S+) priority (low|strict-high)",
    "weight": rf"{COS} schedulers (\S+) transmit-rate percent (\d+)",
    "shaper": rf"{COS} schedulers (\S+) shaping-rate (\d+)",
    "drop": rf"{COS} schedulers (\S+) drop-profile-map loss-priority any protocol any drop-profile (\S+)",
    "ecn": rf"{COS} schedulers (\S+) (explicit-congestion-notification)",
    "alpha": rf"{COS} schedulers (\S+) buffer-dynamic-threshold (\d+)",
    "curve": rf"{COS} drop-profiles (\S+) interpolate fill-level \[ (\d+) (\d+) \] drop-probability \[ 0 (\d+) \]",
    "map": rf"{COS} scheduler-maps (\S+) forwarding-class (\S+) scheduler (\S+)",
    "ask": rf"{CNP} input dscp code-point ([01]{{6}}) pfc(?: mru (\d+))?",
    "cable": rf"{CNP} input cable-length (\d+)",
    "stop": rf"{CNP} output ieee-802\.1 code-point ([01]{{3}}) flow-control-queue (\d)",
    "watchdog": rf"{CNP} pfc-watchdog (pfc-watchdog-action drop)",
    "classify": rf"{COS} interfaces (\S+) unit 0 classifiers dscp (\S+)",
    "schedule": rf"{COS} interfaces (\S+) scheduler-map (\S+)",
    "pause": rf"{COS} interfaces (\S+) congestion-notification-profile (\S+)",
    "filter": r"set interfaces (\S+) unit 0 family (?:inet|ethernet-switching) filter input (\S+)",
    "from": rf"{FILTER} from dscp \[ ([\d ]+) \]",
    "police": rf"{FILTER} then (?:policer|three-color-policer two-rate) (\S+)",
    "mark": rf"{FILTER} then dscp (\d+)",
    "forward": rf"{FILTER} then forwarding-class (\S+)",
    "low": rf"{FILTER} then loss-priority (low)",
    "accept": rf"{FILTER} then (accept)",
    "cir": r"set firewall policer (\S+) if-exceeding bandwidth-limit (\d+)",
    "cbs": r"set firewall policer (\S+) if-exceeding burst-size-limit (\d+)",
    "discard": r"set firewall policer (\S+) then (discard)",
    "red": rf"{COLOURS} action loss-priority high then (discard)",
    "blind": rf"{COLOURS} two-rate (color-blind)",
    "cir2": rf"{COLOURS} two-rate committed-information-rate (\d+)",
    "cbs2": rf"{COLOURS} two-rate committed-burst-size (\d+)",
    "pir2": rf"{COLOURS} two-rate peak-information-rate (\d+)",
    "pbs2": rf"{COLOURS} two-rate peak-burst-size (\d+)",
}
Groups = tuple[str, ...]


@dataclass(slots=True)
class _Said:
    """Groups of the lines of each kind, in order, and by their first group."""

    lines: dict[str, list[Groups]] = field(default_factory=lambda: defaultdict(list))

    def of(self, kind: str, name: str) -> list[Groups]:
        """What else lines of a kind say of a name."""
        return [groups[1:] for groups in self.lines[kind] if groups[0] == name]

    def one(self, kind: str, name: str) -> str:
        """The single word that lines of a kind say of a name.

        Raises
        ------
        ValueError
            There is none, or more than one.
        """
        found = self.of(kind, name)
        if len(found) != 1:
            raise ValueError(f"{name}: there are {len(found)} statements of {kind}, not one")
        return found[0][0]

    def may(self, kind: str, name: str) -> str | None:
        """The same where there may be none."""
        return self.one(kind, name) if self.of(kind, name) else None


def parse(text: str) -> SwitchSetting:
    """Read the classes of a switch.

    Parameters
    ----------
    text : str

    Returns
    -------
    SwitchSetting

    Raises
    ------
    ValueError
        A line is not understood, a reference leads nowhere, or statements contradict each other.
    """
    found = _Said()
    for line in filter(None, map(str.strip, text.splitlines())):
        hits = ((kind, hit.groups("")) for kind, rule in LINES.items() if (hit := re.fullmatch(rule, line)))
        kind, groups = next(hits, ("", ()))
        if not kind:
            raise ValueError(f"{line!r} is not understood")
        found.lines[kind].append(groups)
    if len(found.lines["host"]) != 1:
        raise ValueError("no host-name is given, or several are")
    queue_of = _points(found)
    ports = tuple(_port(found, name, queue_of) for name, _ in found.lines["classify"])
    frames = {groups[2] for groups in found.lines["ask"]}
    if len(frames) > 1:
        raise ValueError("code points have different largest frames")
    frame = "".join(frames)
    return SwitchSetting(found.lines["host"][0][0], queue_of, ports, _memory(found), int(frame) if frame else None)


def _queue_number(found: _Said, name: str) -> int:
    return int(found.one("class", name))


def _points(found: _Said) -> tuple[int, ...]:
    classifiers = {groups[0] for groups in found.lines["points"]}
    wanted = {groups[1] for groups in found.lines["classify"]}
    if len(classifiers) != 1 or not wanted <= classifiers:
        raise ValueError("a port has a classifier that is not there, or ports have different ones")
    at: dict[int, int] = {}
    for _, name, points in found.lines["points"]:
        for point in points.split():
            if int(point, 2) in at:
                raise ValueError(f"code point {point} is in two classes")
            at[int(point, 2)] = _queue_number(found, name)
    return tuple(at[point] for point in sorted(at))


def _memory(found: _Said) -> MemorySetting | None:
    parts = {(side, name): int(percent) for side, name, percent in found.lines["part"]}
    if not parts:
        return None
    sides = [sum(percent for (side, _), percent in parts.items() if side == each) for each in ("ingress", "egress")]
    if sides != [100, 100]:
        raise ValueError(f"parts of the memory are {sides[0]} % at ingress and {sides[1]} % at egress, not 100 %")
    lossless, headroom, lossy = (parts.get(("ingress", n), 0) for n in ("lossless", "lossless-headroom", "lossy"))
    if parts.get(("egress", "lossless")) != lossless + headroom:
        raise ValueError("at egress lossless queues have not what they have at ingress")
    return MemorySetting(lossless_percent=lossless, lossy_percent=lossy, headroom_percent=headroom)


def _port(found: _Said, port: str, queue_of: tuple[int, ...]) -> PortSetting:
    profile = found.may("pause", port)
    paused = _paused(found, profile, queue_of) if profile else set()
    schedulers = {groups[0]: groups[1] for groups in found.of("map", found.one("schedule", port))}
    if not schedulers:
        raise ValueError(f"{port} has a scheduler-map that is not there")
    queues = [_queue(found, _queue_number(found, name), scheduler, paused) for name, scheduler in schedulers.items()]
    cable = found.may("cable", profile) if profile else None
    filtered = found.may("filter", port)
    return PortSetting(
        port,
        tuple(sorted(queues, key=lambda q: q.queue)),
        profile is not None and found.may("watchdog", profile) is not None,
        _edges(found, filtered) if filtered else (),
        None if cable is None else int(cable),
    )


def _paused(found: _Said, profile: str, queue_of: tuple[int, ...]) -> set[int]:
    """Lossless queues of a profile: those that stop, if all of their code points ask for pauses, and no others."""
    stop = {int(queue): int(priority, 2) for priority, queue in found.of("stop", profile)}
    ask = {int(groups[0], 2) for groups in found.of("ask", profile)}
    if not stop:
        raise ValueError(f"pauses {profile}: no queue stops")
    if ask != {point for point, queue in enumerate(queue_of) if queue in stop}:
        raise ValueError(f"pauses {profile}: the code points that ask are not those of the queues that stop")
    lossless = {int(queue): int(priority) for _, queue, priority in found.lines["class"] if priority}
    for queue, priority in stop.items():
        if lossless.get(queue) != priority or priority != queue:
            raise ValueError(f"pauses {profile}: queue {queue} stops for priority {priority}, and its class does not")
    return set(stop)


def _queue(found: _Said, number: int, scheduler: str, paused: set[int]) -> QueueSetting:
    lossless = number in paused
    weight, shaper, alpha = (found.may(kind, scheduler) for kind in ("weight", "shaper", "alpha"))
    if lossless and alpha is not None:
        raise ValueError(f"queue {number} is lossless, and has a buffer-dynamic-threshold, which is not for it")
    if lossless and found.lines["threshold"]:
        alpha = found.lines["threshold"][-1][0]
    drop = found.may("drop", scheduler)
    return QueueSetting(
        queue=number,
        strict=found.one("priority", scheduler) == "strict-high",
        weight=int(weight or 0),
        shaper_bps=None if shaper is None else int(shaper),
        lossless=lossless,
        alpha=None if alpha is None else 2.0 ** (int(alpha) - 7),
        **(_curve(found, drop, scheduler) if drop else {}),
    )


def _curve(found: _Said, drop: str, scheduler: str) -> dict[str, Any]:
    if len(found.of("curve", drop)) < 1:
        raise ValueError(f"drop-profile {drop} is not there")
    low, high, top = map(int, found.of("curve", drop)[0])
    mark = "ecn" if found.may("ecn", scheduler) else "drop"
    return {"mark": mark, "kmin_percent": low, "kmax_percent": high, "pmax_percent": top}


def _edges(found: _Said, name: str) -> tuple[EdgeSetting, ...]:
    edges = []
    terms = list(dict.fromkeys(groups[1] for groups in found.lines["accept"] if groups[0] == name))
    if not terms or terms[-1] != "rest":
        raise ValueError(f"filter {name} drops what no term accepts")
    for term in terms[:-1]:
        said = {
            kind: [groups[2] for groups in found.lines[kind] if groups[:2] == (name, term)]
            for kind in ("from", "police", "mark", "forward", "low")
        }
        if len(said["from"]) != 1 or len(said["forward"]) != 1:
            raise ValueError(f"filter {name}: term {term} has no code points, or no class")
        points = tuple(map(int, said["from"][0].split()))
        mark = int(said["mark"][0]) if said["mark"] else None
        meter = _meter(found, said["police"][0]) if said["police"] else None
        if bool(said["low"]) == bool(meter and meter.pir_bps):
            raise ValueError(f"filter {name}: term {term} needs a loss priority, of its own or of three colours")
        edges.append(EdgeSetting(points, _queue_number(found, said["forward"][0]), mark, meter))
    return tuple(edges)


def _meter(found: _Said, name: str) -> MeterSetting:
    if found.of("blind", name):
        found.one("red", name)
        cir, cbs, pir, pbs = (int(found.one(kind, name)) for kind in ("cir2", "cbs2", "pir2", "pbs2"))
        return MeterSetting(cir, cbs, pir, pbs, "keep")
    found.one("discard", name)
    return MeterSetting(int(found.one("cir", name)), int(found.one("cbs", name)))
