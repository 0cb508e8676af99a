"""What the verbs conclude: predictions, failures, verdicts, the bill, device configuration."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from easterly.base.columns import BoolColumn, FloatColumn, TextColumn
from easterly.base.schema import Doc, Unit


class Method(StrEnum):
    """How a number was obtained."""

    BOUND = "bound"
    MEAN = "mean"
    SIMULATED = "simulated"
    MEASURED = "measured"


@dataclass(frozen=True, slots=True)
class Ref:
    """A named thing that binds: a link, a pool, a tenant, compute."""

    kind: Annotated[str, Doc("link, tier, prefix, tenant, compute, scale-up, ...")]
    id: Annotated[str, Doc("Its id.")]


@dataclass(frozen=True, slots=True)
class FailureSet:
    """Links that are down together, per case."""

    name: Annotated[TextColumn, Doc("Case.")]
    link_down: Annotated[BoolColumn, Doc("(K, L) links down.")]


@dataclass(frozen=True, slots=True)
class Prediction:
    """Step time of each job, from a full-overlap low to a no-overlap high.

    low: ``max(compute, communication hashed, mean)``;
    expected: ``compute + exposed communication``, beside the others, hashed, mean;
    high: ``compute + communication hashed, 95th percentile``.
    """

    job: Annotated[TextColumn, Doc("Job.")]
    compute_s: Annotated[FloatColumn, Unit("s"), Doc("Compute, with the pipeline bubble.")]
    comm_low_s: Annotated[FloatColumn, Unit("s"), Doc("Communication, hashed, mean.")]
    comm_high_s: Annotated[FloatColumn, Unit("s"), Doc("Communication, hashed, 95th percentile.")]
    step_low_s: Annotated[FloatColumn, Unit("s"), Doc("Step time, full overlap.")]
    step_expected_s: Annotated[FloatColumn, Unit("s"), Doc("Step time, the overlap that the job states.")]
    step_high_s: Annotated[FloatColumn, Unit("s"), Doc("Step time, no overlap.")]
    bottleneck: Annotated[tuple[Ref, ...], Doc("What limits each job.")]
    phase_low_s: Annotated[
        FloatColumn, Unit("s"), Doc("(P,) time per step of each phase of the demand set, hashed, mean.")
    ]
    phase_expected_s: Annotated[FloatColumn, Unit("s"), Doc("(P,) the same, beside the others, hashed, mean.")]
    phase_exposed_s: Annotated[
        FloatColumn, Unit("s"), Doc("(P,) what of it the step waits for, stretched by the pipeline bubble.")
    ]
    phase_high_s: Annotated[FloatColumn, Unit("s"), Doc("(P,) the same, hashed, 95th percentile.")]
    method: Annotated[Method, Doc("How it was obtained.")] = Method.MEAN


class Status(StrEnum):
    """Outcome of an intent."""

    PASS = "PASS"
    FAIL = "FAIL"
    UNPROVEN = "UNPROVEN"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an intent holds, by how much, and what binds."""

    intent: Annotated[str, Doc("Name of the intent.")]
    status: Annotated[Status, Doc("PASS, FAIL or UNPROVEN.")]
    margin: Annotated[
        float | None, Unit("1"), Doc("Relative distance to the limit, positive when met; none if not a number.")
    ]
    binds: Annotated[Ref | None, Doc("What limits it.")]
    method: Annotated[Method | None, Doc("How it was decided.")]
    because: Annotated[str, Doc("The reason, in one sentence.")]


@dataclass(frozen=True, slots=True)
class BillLine:
    """One row of the bill of materials."""

    item: Annotated[str, Doc("switch, port, host, cable, optic, WAN link.")]
    what: Annotated[str, Doc("Model, or medium.")]
    detail: Annotated[str, Doc("Role, length or rate.")]
    count: Annotated[int, Unit("1"), Doc("How many.")]


@dataclass(frozen=True, slots=True)
class Bill:
    """What has to be bought, and what it gives."""

    lines: Annotated[tuple[BillLine, ...], Doc("Rows.")]
    switches_by_role: Annotated[dict[str, int], Doc("Switches by role.")]
    fabric_links: Annotated[int, Unit("1"), Doc("Cables between switches.")]
    host_links: Annotated[int, Unit("1"), Doc("Cables between hosts and switches.")]
    wan_links: Annotated[int, Unit("1"), Doc("WAN links.")]
    optics: Annotated[int, Unit("1"), Doc("Transceivers: two per optical cable, none on copper.")]
    oversubscription: Annotated[dict[str, float], Unit("1"), Doc("Worst down over up capacity by fabric.")]
    oversubscription_failed: Annotated[
        dict[str, float], Unit("1"), Doc("The same with one switch of the binding upper tier failed.")
    ]
    binding_tier: Annotated[dict[str, str], Doc("Tier at which the worst ratio stands, by fabric.")]
    cable_medium: Annotated[TextColumn, Doc("Medium of each cable, in the order of `Network.cables`.")]


@dataclass(frozen=True, slots=True)
class Artifact:
    """One rendered file."""

    path: Annotated[str, Doc("Path below the output directory.")]
    text: Annotated[str, Doc("Content.")]
    device: Annotated[str, Doc("Device that it is for; empty for the whole site.")]
    dialect: Annotated[str, Doc("frr, linux, csv, ...")]
    template: Annotated[str, Doc("Files of one template differ in numbers only; checkers run once per template.")]

    @property
    def sha256(self) -> str:
        """Hash of the content."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class DeviceConfigs:
    """Every rendered file, sorted by path."""

    artifacts: Annotated[tuple[Artifact, ...], Doc("Files.")]


@dataclass(frozen=True, slots=True)
class Validation:
    """What an outside checker said of one artefact."""

    path: Annotated[str, Doc("Artefact.")]
    validator: Annotated[str, Doc("Checker and version; ``not validated`` where none was found.")]
    ok: Annotated[bool | None, Doc("Its answer; none where it did not run.")]
    output: Annotated[str, Doc("What it printed against the file.")]
