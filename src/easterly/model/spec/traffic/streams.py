"""Streams of records and reports: data pipelines, management."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Count, Frozen, Name, Rate, Size
from easterly.model.spec.traffic.base import Amount, Hosted, Often, Span, exactly_one


class Stage(Frozen):
    """One stage of a pipeline: reads what others give out, and gives out more or less."""

    sources: Annotated[
        tuple[str, ...], Field(alias="from", min_length=1), Doc("Stages, works, fabrics or WAN sites that it reads.")
    ]
    hosts: Annotated[Count | None, Doc("Hosts of its own; or give `at`.")] = None
    at: Annotated[str | None, Doc("Work, fabric or WAN site where it runs.")] = None
    factor: Annotated[
        float, Field(ge=0, le=1e6), Unit("1"), Doc("Bytes given out per byte read: below 1 filters, above 1 expands.")
    ] = 1.0
    records: Annotated[float, Field(ge=0, le=1e6), Unit("1"), Doc("Records given out per record read.")] = 1.0

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        exactly_one(self, ("hosts",), ("at",))
        return self


class Pipeline(Hosted):
    """Records that pass through stages: extraction, cleaning, tokenisation, feature extraction.

    What is read from outside comes at `records` of `record` each; each stage multiplies it by its factors. Every
    reader of a stage or source gets all of it, spread evenly over its hosts.
    """

    kind: Annotated[Literal["pipeline"], Doc("Kind of traffic.")]
    records: Annotated[Often, Doc("Records that each source outside the pipeline gives out.")]
    record: Annotated[Amount, Doc("Bytes of one of them.")]
    stages: Annotated[dict[Name, Stage], Field(min_length=1), Doc("Stages by name.")]

    @property
    def ends(self) -> dict[str, str]:
        """Sources that are no stages, and places of stages."""
        found = {}
        for name, stage in sorted(self.stages.items()):
            found.update({f"stages/{name}/from/{i}": s for i, s in enumerate(stage.sources) if s not in self.stages})
            if stage.at is not None:
                found[f"stages/{name}/at"] = stage.at
        return found

    @property
    def own_hosts(self) -> int:
        """Hosts of all stages."""
        return sum(stage.hosts or 0 for stage in self.stages.values())


class Management(Hosted):
    """Telemetry and logs of all devices of a fabric, to collectors; configuration back."""

    kind: Annotated[Literal["management"], Doc("Kind of traffic.")]
    of: Annotated[str, Doc("Fabric whose devices report.")]
    hosts: Annotated[Count | None, Doc("Collectors, on hosts of their own; or give `to`.")] = None
    to: Annotated[str | None, Doc("Work or WAN site that collects.")] = None
    switches: Annotated[bool, Doc("Switches report too, in band.")] = True
    report: Annotated[Amount, Doc("Telemetry of one device per interval.")] = 1e6
    every: Annotated[Span, Doc("Interval between two reports.")] = 10.0
    logs: Annotated[Rate | None, Doc("Logs of one device; none if absent.")] = None
    config: Annotated[Size, Doc("Configuration and software sent to one device each time.")] = 0.0
    config_every: Annotated[Span, Doc("Interval between two of these.")] = 86400.0

    @model_validator(mode="after")
    def _one_collector(self) -> Self:
        exactly_one(self, ("hosts",), ("to",))
        return self

    @property
    def ends(self) -> dict[str, str]:
        """The fabric, and who collects if that is no host of its own."""
        return {"of": self.of} | ({} if self.to is None else {"to": self.to})

    @property
    def own_hosts(self) -> int:
        """The collectors."""
        return self.hosts or 0
