"""Symptoms: what is seen of a job that does not do what it should."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Frozen, Share, Time

Level = Literal["none", "some", "many"]
Factor = Annotated[float, Field(ge=1, le=1e6), Unit("1")]
Part = Annotated[Share, Field(gt=0, le=1)]


class Steps(Frozen):
    """Times of steps, or of the collective that is slow: as they should be, and as they are."""

    normal: Annotated[Time | None, Doc("What they were, or should be; what the plan expects if absent.")] = None
    p50: Annotated[Time | None, Doc("Median.")] = None
    p99: Annotated[Time | None, Doc("99th percentile, or the slow ones.")] = None


class Seen(Frozen):
    """Counters of one link, by its id in the plan."""

    utilisation: Annotated[Share | None, Doc("Load over capacity.")] = None
    errors: Annotated[Level | None, Doc("Frames with errors.")] = None
    drops: Annotated[Level | None, Doc("Packets dropped.")] = None
    pauses: Annotated[Level | None, Doc("Pauses of priorities.")] = None
    state: Annotated[Literal["up", "down"], Doc("Whether it is up.")] = "up"


class Symptoms(Frozen):
    """What was looked at, and what was seen; what was not looked at is left out."""

    version: Annotated[Literal[1], Doc("Version of this grammar.")] = 1
    job: Annotated[str | None, Doc("Job that is slow; the only one of the site if absent.")] = None
    bandwidth: Annotated[Part | None, Doc("Bandwidth that is reached, of what the interfaces give.")] = None
    steps: Annotated[Steps | None, Doc("Times of steps.")] = None
    collective: Annotated[Steps | None, Doc("Times of the collective, such as an all-reduce.")] = None
    compute_skew: Annotated[Factor | None, Doc("Compute time of the slowest rank over the median.")] = None
    imbalance: Annotated[Factor | None, Doc("Highest over mean load of parallel links.")] = None
    drops: Annotated[Level | None, Doc("Packets dropped by switches.")] = None
    drops_at: Annotated[Literal["leaf", "spine", "wan", "host"] | None, Doc("Where most are dropped.")] = None
    pauses: Annotated[Level | None, Doc("Pauses of priorities.")] = None
    marks: Annotated[Level | None, Doc("Packets marked for congestion, or notifications of it.")] = None
    retransmissions: Annotated[Level | None, Doc("Segments or packets sent again.")] = None
    errors: Annotated[Level | None, Doc("Frames with errors, on any link.")] = None
    reordering: Annotated[Level | None, Doc("Packets out of order.")] = None
    server_cpu: Annotated[
        Share | None, Field(le=1), Doc("Processors of parameter or storage servers that are busy.")
    ] = None
    host_cpu: Annotated[Share | None, Field(le=1), Doc("Processors of workers that are busy.")] = None
    when: Annotated[
        Literal["always", "sometimes", "periodic", "since"] | None,
        Doc("Every step, some of them, at regular intervals, or all since one moment."),
    ] = None
    who: Annotated[Literal["all", "some", "one"] | None, Doc("Hosts that are late or slow.")] = None
    restart: Annotated[
        Literal["same", "other"] | None, Doc("After new connections: as slow as before, or otherwise slow.")
    ] = None
    links: Annotated[dict[str, Seen], Doc("Counters of links, by id.")] = {}
