"""Bytes that go from here to there: transfers, backups, distribution of weights."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from easterly.base.schema import Doc
from easterly.model.spec.fields import Count, Frozen, Rate, Size, Time
from easterly.model.spec.traffic.base import Amount, Factor, Part, Span, Traffic, exactly_one


class Window(Frozen):
    """A part of the day."""

    start: Annotated[Time, Doc("Start, as time since midnight.")] = 0.0
    lasts: Annotated[Span, Doc("Duration.")]


class Transfer(Traffic):
    """A flow between two named things: at a rate, or so many bytes again and again."""

    kind: Annotated[Literal["transfer"], Doc("Kind of traffic.")]
    source: Annotated[str, Field(alias="from"), Doc("Where it comes from: a work, a fabric, a WAN site.")]
    to: Annotated[str, Doc("Where it goes.")]
    rate: Annotated[Rate | None, Doc("Rate, all senders together; or give `size` and `every`.")] = None
    size: Annotated[Amount | None, Doc("Bytes of one transfer, all senders together.")] = None
    every: Annotated[Span | None, Doc("Interval between the starts of two transfers.")] = None
    within: Annotated[Span | None, Doc("Time in which a transfer of `size` must be done; `every` if absent.")] = None

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        exactly_one(self, ("rate",), ("size", "every"))
        return self

    @property
    def ends(self) -> dict[str, str]:
        """Both ends."""
        return {"from": self.source, "to": self.to}


class Backup(Traffic):
    """A copy of data that is taken again and again, in a window of the day or by a deadline."""

    kind: Annotated[Literal["backup"], Doc("Kind of traffic.")]
    source: Annotated[str, Field(alias="from"), Doc("What is saved: a work, a fabric.")]
    to: Annotated[str, Doc("Where it is kept: a storage, a WAN site.")]
    size: Annotated[Amount, Doc("Bytes that are there to be saved.")]
    changed: Annotated[Part, Doc("Share of them that is new since the last time.")] = 1.0
    compress: Annotated[Factor, Doc("Factor by which compression and deduplication make it smaller.")] = 1.0
    every: Annotated[Span, Doc("Interval between two backups.")] = 86400.0
    window: Annotated[Window | None, Doc("Part of the day in which it must be done; or give `within`.")] = None
    within: Annotated[Span | None, Doc("Time in which it must be done.")] = None

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        exactly_one(self, ("window",), ("within",))
        return self

    @property
    def ends(self) -> dict[str, str]:
        """Both ends."""
        return {"from": self.source, "to": self.to}


class Delivery(Traffic):
    """Weights of a model, or other equal data, from one place to every host of a work."""

    kind: Annotated[Literal["distribution"], Doc("Kind of traffic.")]
    source: Annotated[str, Field(alias="from"), Doc("Where it is kept: a storage, a WAN site.")]
    to: Annotated[str, Doc("Who needs it: each replica of a service, each host of a job or of other traffic.")]
    size: Annotated[Size | None, Doc("Bytes that each receiver needs; the weights of the model of `to` if absent.")] = (
        None
    )
    method: Annotated[
        Literal["unicast", "chain", "tree", "multicast"],
        Doc("From the source to each; or handed on from host to host; or copied by the switches."),
    ] = "unicast"
    fanout: Annotated[Count, Doc("Hosts to which a host hands it on, in a tree.")] = 2
    chunk: Annotated[Amount, Doc("Piece that is handed on as soon as it is there.")] = 16e6
    every: Annotated[Span, Doc("Interval between two distributions.")] = 86400.0
    within: Annotated[Span | None, Doc("Time in which all must have it; no limit if absent.")] = None

    @property
    def ends(self) -> dict[str, str]:
        """Source and receivers."""
        return {"from": self.source, "to": self.to}
