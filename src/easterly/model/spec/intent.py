"""Intents: what must hold. The kind of an intent is told by the key it has."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Count, CountOrZero, Frozen, Named, Share, Time

DECIDES = ("step_time", "isolate", "oversubscription", "utilisation", "loss", "latency", "queue_delay", "allocate")


class Maximum(Frozen):
    """An upper limit in time."""

    max: Annotated[Time, Doc("Upper limit.")]


class Ratio(Frozen):
    """An upper limit of oversubscription."""

    max: Annotated[float, Field(gt=0), Unit("1"), Doc("Down over up capacity, 3 for 3:1.")]


class Fraction(Frozen):
    """An upper limit of utilisation."""

    max: Annotated[Share, Doc("Load over capacity.")]


class Allocate(Frozen):
    """How the traffic between switches is to be allocated to paths, and what must come of it.

    Without a limit, all of it must be carried.
    """

    objective: Annotated[
        Literal[
            "max-throughput", "max-concurrent", "min-max-utilisation", "min-cost", "max-min", "alpha-fair",
            "min-cost-max-flow",
        ],
        Doc("What the best allocation is."),
    ] = "max-throughput"  # fmt: skip
    alpha: Annotated[float, Field(ge=0), Unit("1"), Doc("Fairness of `alpha-fair`: 0 none, 1 proportional.")] = 1.0
    cost: Annotated[Literal["latency", "cost"], Doc("What `min-cost` counts: delay, or the cost of links.")] = "latency"
    served: Annotated[Share | None, Doc("Least share of the traffic that is carried.")] = None
    utilisation: Annotated[Share | None, Doc("Most load over capacity of any link.")] = None
    gap: Annotated[Share, Doc("Proven distance from the best that is good enough.")] = 0.001


class Measured(Frozen):
    """What was measured of a delay; checked to say anything of the quantile that is promised."""

    quantile: Annotated[float, Field(gt=0, lt=1), Unit("1"), Doc("Quantile that was measured, 0.95 for P95.")]
    value: Annotated[Time | None, Doc("What it was.")] = None
    samples: Annotated[Count | None, Doc("Number of measurements.")] = None


class Quantile(Frozen):
    """An upper limit of a quantile of a delay."""

    max: Annotated[Time, Doc("Upper limit.")]
    quantile: Annotated[float, Field(gt=0, lt=1), Unit("1"), Doc("Quantile that must meet it, 0.999 for P99.9.")] = 0.99
    measured: Annotated[Measured | None, Doc("What it was measured to be.")] = None


class Failures(Frozen):
    """What may fail at the same time: a number of devices by role, or devices and links by name."""

    leaf: Annotated[CountOrZero, Doc("Leaves.")] = 0
    spine: Annotated[CountOrZero, Doc("Spines.")] = 0
    super_spine: Annotated[CountOrZero, Doc("Super-spines.")] = 0
    link: Annotated[CountOrZero, Doc("Fabric cables.")] = 0
    named: Annotated[tuple[str, ...], Doc("Devices or link ids that are down together.")] = ()


class Under(Frozen):
    """Conditions under which an intent must still hold."""

    failures: Annotated[Failures, Doc("Failures.")] = Failures()


class Intent(Named):
    """One thing that must hold; exactly one of the deciding keys is given."""

    job: Annotated[str | None, Doc("Job that the intent is about.")] = None
    service: Annotated[str | None, Doc("Service that the intent is about.")] = None
    fabric: Annotated[str | None, Doc("Fabric; all if absent.")] = None
    traffic_class: Annotated[str | None, Field(alias="class"), Doc("Traffic class; all if absent.")] = None
    step_time: Annotated[Maximum | None, Doc("Step time of `job`; the high end of the prediction must meet it.")] = None
    isolate: Annotated[tuple[str, ...] | None, Doc("Tenants that must not reach each other.")] = None
    oversubscription: Annotated[Ratio | None, Doc("Worst ratio of any tier of the fabric.")] = None
    utilisation: Annotated[Fraction | None, Doc("Load over capacity of every fabric link.")] = None
    loss: Annotated[Share | None, Doc("Packets lost in the class.")] = None
    latency: Annotated[Quantile | None, Doc("Latency of the service.")] = None
    queue_delay: Annotated[Quantile | None, Doc("Queueing delay in the class.")] = None
    allocate: Annotated[Allocate | None, Doc("Traffic engineering; also computed for the report.")] = None
    under: Annotated[Under, Doc("Conditions.")] = Under()

    @property
    def kind(self) -> str:
        """The deciding key."""
        return next(key for key in DECIDES if getattr(self, key) is not None)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [key for key in DECIDES if getattr(self, key) is not None]
        if len(given) != 1:
            what = " and ".join(given) if given else "nothing"
            text = f"an intent says exactly one thing, this one says {what}"
            raise PydanticCustomError("E210", "{text}", {"text": text, "hint": "one of: " + ", ".join(DECIDES)})
        return self
