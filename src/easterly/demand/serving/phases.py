"""One inference service as phases: steady flows, and the loading of weights beside them."""

from __future__ import annotations

from collections.abc import Mapping

from easterly.base.columns import IntColumn
from easterly.demand.layout import Layout
from easterly.demand.phases import Effort, Phase
from easterly.demand.serving import inside, outside
from easterly.demand.serving.figures import Figures, figures
from easterly.demand.serving.pools import ranks, total_gpus
from easterly.demand.serving.times import Bench
from easterly.demand.serving.weights import sequence_B, weights
from easterly.model.network import Network
from easterly.model.spec.hardware import HostType
from easterly.model.spec.service import Service
from easterly.model.spec.transformer import ModelSpec


def demand(
    service: Service, model: ModelSpec, layout: Layout, host: HostType, network: Network, hosts: Mapping[str, IntColumn]
) -> tuple[Effort, list[Phase]]:
    """GPUs and memory of a service, and every phase of its communication.

    Parameters
    ----------
    service : Service
    model : ModelSpec
    layout : Layout
        Of the hosts of the service.
    host : HostType
        Make of these hosts.
    network : Network
    hosts : mapping of str to (H,) int
        Hosts of the works that the service names: stores of prefixes and of weights.

    Returns
    -------
    Effort
        Weights, and as state the caches, of a decode GPU; no compute, as a service has no steps.
    list of Phase
        Axes ``kv``, ``tp``, ``pp``, ``ep`` between replicas (east-west), ``prefix`` and ``weights`` from stores, and
        ``users`` (north-south). Flows have rates; those of ``weights`` bytes per start, `every_s` apart.
    """
    run = figures(service, model, host)
    where = outside.Site(network, hosts, layout)
    made = [
        *_between(run, layout), *outside.users(service, where), *outside.prefixes(service, model, where),
        *outside.loading(service, model, where),
    ]  # fmt: skip
    return _effort(run, layout), made


def _between(run: Figures, layout: Layout) -> list[Phase]:
    """Caches, then what each pool sends inside itself."""
    service, model = run.service, run.model
    pools = (run.prefill, run.decode) if run.apart else (run.decode,)
    made = list(inside.caches(service, model, layout, pools))
    for pool, members in zip(pools, ranks(service, layout.gpus), strict=True):
        bench, sequences = Bench(service, model, run.engine, pool), run.sequences
        made += inside.reductions(bench, layout, sequences)
        made += inside.stages(bench, layout, members, sequences)
        made += inside.tokens(bench, layout, members)
    return made


def _effort(run: Figures, layout: Layout) -> Effort:
    context = run.service.load.prompt + run.service.load.output / 2
    each_B = sequence_B(run.service, run.model, run.decode, context) / run.decode.lanes
    return Effort(
        gpus=total_gpus(run.service, layout.gpus),
        weights_B=max(weights(run.service, run.model, pool).gpu_B for pool in (run.prefill, run.decode)),
        state_B=run.sequences * each_B,
    )
