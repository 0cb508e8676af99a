"""Learning that is described by its exchange alone: parameter servers, federated learning."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Count, CountOrZero, Frozen, Name, Rate, Size, Time
from easterly.model.spec.traffic.base import Amount, Factor, Hosted, Part, Span
from easterly.model.spec.transformer import Dtype


class ParameterServer(Hosted):
    """Workers push gradients to servers and pull weights from them, once per period.

    One server is the central layout; several share the parameters (sharded); with aggregators between them and
    the workers it is hierarchical.
    """

    kind: Annotated[Literal["parameter-server"], Doc("Kind of traffic.")]
    workers: Annotated[Count, Doc("Worker hosts.")]
    servers: Annotated[Count, Doc("Server hosts; the parameters are cut evenly among them.")] = 1
    aggregators: Annotated[CountOrZero, Doc("Hosts that sum up the gradients of their part of the workers.")] = 0
    size: Annotated[Amount, Doc("Gradients of one worker; the weights are as large.")]
    period: Annotated[Span, Doc("Time between two pushes of a worker.")]
    first_window: Annotated[
        Size, Doc("Bytes that a sender has on the way before it hears of congestion: ten segments of 1,460 B.")
    ] = 14600.0

    @property
    def own_hosts(self) -> int:
        """Servers, aggregators and workers."""
        return self.workers + self.servers + self.aggregators


class Cohort(Frozen):
    """Clients that are alike, at one place."""

    at: Annotated[str, Doc("Where they are joined to the network: a WAN site, or a fabric.")]
    count: Annotated[Count, Doc("Number of clients.")]
    down: Annotated[Rate, Doc("Rate at which one client receives.")]
    up: Annotated[Rate | None, Doc("Rate at which it sends; as `down` if absent.")] = None
    local: Annotated[Time, Doc("Time it trains per round.")] = 60.0


class Federated(Hosted):
    """Federated learning: a server sends the model to clients elsewhere, they train and send updates back."""

    kind: Annotated[Literal["federated"], Doc("Kind of traffic.")]
    hosts: Annotated[Count, Doc("Server hosts.")] = 1
    clients: Annotated[dict[Name, Cohort], Field(min_length=1), Doc("Classes of clients by name.")]
    params: Annotated[float, Field(gt=0, le=1e16), Unit("1"), Doc("Parameters of the model.")]
    dtype: Annotated[Dtype, Doc("Number format of weights and updates.")] = "fp32"
    compress: Annotated[Factor, Doc("Factor by which updates are made smaller.")] = 1.0
    sample: Annotated[Part, Doc("Share of the clients that take part in a round.")] = 1.0
    rounds: Annotated[Count, Doc("Rounds.")] = 100
    deadline: Annotated[Span | None, Doc("Time for one round; who is later is left out. None if absent.")] = None
    aggregate: Annotated[bool, Doc("Updates are summed at each place, and one comes from there.")] = False

    @property
    def ends(self) -> dict[str, str]:
        """Places of the clients."""
        return {f"clients/{name}/at": cohort.at for name, cohort in sorted(self.clients.items())}

    @property
    def own_hosts(self) -> int:
        """The server."""
        return self.hosts
