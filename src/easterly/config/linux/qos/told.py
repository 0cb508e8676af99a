"""What the files of Linux machines say, read back, against what they are to be told."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from easterly.base.findings import Finding
from easterly.config.linux.qos.compare import differences, policed_otherwise
from easterly.config.linux.qos.nft import parse_nft
from easterly.config.linux.qos.parse import parse_tc
from easterly.config.linux.qos.planned import machines
from easterly.config.linux.qos.render import render
from easterly.config.linux.qos.settings import ENVIRONMENT, parse_settings
from easterly.model.cards import Reaction
from easterly.model.network import Network
from easterly.model.outcome import DeviceConfigs
from easterly.model.qos import QosPlan
from easterly.model.shaping import LinuxQos, Settings
from easterly.model.spec.site import Site

HINT = "report this as a defect of Easterly"
CLOSE = 1e-3
"""Parameters of DCQCN are whole numbers of the firmware: gains of 1/1024, times of a microsecond, rates of 1 Mb/s."""


def contradictions(site: Site, network: Network, plan: QosPlan, configs: DeviceConfigs) -> Iterator[Finding]:
    """Where the text of a Linux machine, read back, is not what the plan says (E906)."""
    text = {file.path: file.text for file in configs.artifacts if file.dialect == "linux"}
    for machine in machines(network, plan):
        files = {}
        for file in render(machine):
            if file.path in text:
                files[file.path.removeprefix(f"linux/{machine.device}.")] = text[file.path]
            else:
                yield Finding("E906", "classes", f"{file.path} is absent", HINT)
        yield from (
            Finding("E906", "classes", f"{machine.device}: {said}", HINT) for said in machine_says(machine, files)
        )
    yield from (Finding("E906", "classes", said, HINT) for said in environments(site, plan, text))


def environments(site: Site, plan: QosPlan, text: Mapping[str, str]) -> Iterator[str]:
    """How the environments of jobs, services and traffic differ from the code points of their classes.

    Lossless classes have messages of control in the same class, others leave them where the library puts them.
    """
    kinds: dict[str, Mapping[str, Any]] = {"job": site.jobs, "service": site.services, "traffic": site.traffic}
    row = {name: i for i, name in enumerate(plan.traffic_class.tolist())}
    for path, spec in ((f"linux/{kind}-{n}.env", spec) for kind, specs in kinds.items() for n, spec in specs.items()):
        if path not in text or spec.traffic_class not in row:
            continue
        at = row[spec.traffic_class]
        octet = str(int(plan.dscp[at]) << 2)
        wanted = {"NCCL_IB_TC": octet, "UCX_IB_TRAFFIC_CLASS": octet}
        wanted |= {"NCCL_IB_FIFO_TC": octet} if plan.lossless[at] else {}
        try:
            found = parse_settings({ENVIRONMENT: text[path]}).environment
        except ValueError as error:
            yield f"{path}: {error}"
            continue
        for name in sorted({*wanted, "NCCL_IB_FIFO_TC"}):
            if wanted.get(name) != found.get(name):
                yield f"{path}: {name} is {found.get(name)}, not {wanted.get(name)}"


def machine_says(wanted: LinuxQos, files: Mapping[str, str]) -> Iterator[str]:
    """How the texts of a machine, by the end of their names, differ from what is wanted of it."""
    try:
        shapers, policers = parse_tc(files.get("tc", ""))
        limits = parse_nft(files.get("nft", ""))
        settings = parse_settings({k: v for k, v in files.items() if k not in {"tc", "nft"}})
    except ValueError as error:
        yield str(error)
        return
    there = {each.device: each for each in shapers}
    for shaper in wanted.shapers:
        if shaper.device in there:
            yield from (f"{shaper.device} {said}" for said in differences(shaper, there[shaper.device]))
        else:
            yield f"{shaper.device} is not shaped"
    yield from policed_otherwise(wanted.policers, (*policers, *limits))
    yield from otherwise(wanted.settings, settings)


def otherwise(wanted: Settings, found: Settings) -> Iterator[str]:
    """How settings differ, one line each."""
    for field in fields(Settings):
        mine, other = getattr(wanted, field.name), getattr(found, field.name)
        for key in sorted({*mine, *other}):
            want, have = mine.get(key), other.get(key)
            if isinstance(want, Reaction) and isinstance(have, Reaction):
                yield from _reactions(key, want, have)
            elif want != have:
                yield f"{field.name} {key} is {have}, not {want}"


def _reactions(device: str, wanted: Reaction, found: Reaction) -> Iterator[str]:
    for field in fields(Reaction):
        want, have = getattr(wanted, field.name), getattr(found, field.name)
        alike = math.isclose(want, have, rel_tol=CLOSE) if isinstance(want, float) else want == have
        if not alike:
            yield f"reactions {device}: {field.name} is {have:g}, not {want:g}" if isinstance(want, float) else (
                f"reactions {device}: {field.name} is {have}, not {want}")  # fmt: skip
