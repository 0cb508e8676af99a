"""Rules of inference services: what cannot run, and what users will notice."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import RATE, SHARE, SIZE, TIME, format_short
from easterly.demand import serving
from easterly.demand.facts import model_of
from easterly.demand.placement import arrange, wants, works
from easterly.demand.serving.pools import Pool
from easterly.demand.serving.promises import promises
from easterly.demand.serving.shapes import misfits
from easterly.demand.serving.start import starts
from easterly.demand.serving.weights import weights
from easterly.model.network import Network
from easterly.model.spec.service import Objective, Service
from easterly.model.spec.site import Site


def _services(site: Site) -> list[Service]:
    return [site.services[name] for name in sorted(site.services)]


def _running(site: Site, network: Network) -> Iterator[serving.Figures]:
    """Services whose model and hosts are known, as they run."""
    for want in wants(site, network):
        if isinstance(want.work, Service):
            yield serving.figures(want.work, model_of(want.work), want.host)


def _timed(site: Site, network: Network) -> Iterator[serving.Figures]:
    """Those of which times can be told: their GPUs are known, and hold their weights, with room for caches."""
    return (run for run in _running(site, network) if run.engine.known and not _too_heavy(run))


def _too_heavy(run: serving.Figures) -> list[Pool]:
    free_B = run.engine.memory_B * run.service.memory
    pools = {weights(run.service, run.model, pool).gpu_B: pool for pool in (run.decode, run.prefill)}
    return [pool for held_B, pool in pools.items() if held_B > free_B]


def _at(service: Service, role: str) -> str:
    """Where the number of replicas of a pool stands, or would."""
    written = "replicas" in service.model_fields_set and role in service.replicas.model_fields_set
    return f"{service.origin}/replicas/{role}" if written else service.origin


@rule("E605", "a replica does not fit into a host")
def replicas_fit(site: Site, network: Network) -> Iterator[Finding]:
    """A tensor-parallel group of a service is within one host."""
    return (finding for finding in arrange(site, network)[1] if finding.code == "E605")


@rule("E611", "a service or traffic does not say on which fabric it runs")
def works_name_their_fabric(site: Site) -> Iterator[Finding]:
    """Where there are several fabrics, a service names one, and so does traffic with hosts of its own."""
    for work in works(site):
        if work.fabric is None and len(site.fabrics) > 1:
            yield Finding(
                code="E611",
                at=work.origin,
                message=f"{work.name} does not say which of {len(site.fabrics)} fabrics it runs on",
                hint=f"write fabric: {' or '.join(sorted(site.fabrics)[:4])}",
                on_key=True,
            )


@rule("E614", "a service offers more than its hosts can send")
def caches_fit_interfaces(site: Site, network: Network) -> Iterator[Finding]:
    """The caches of all requests fit through the interfaces of the smaller pool of replicas."""
    for run in _running(site, network):
        load, rate_bps = run.service.load, serving.cache_rate_bps(run.service, run.model)
        limit_bps = min(p.replicas * p.gpus for p in (run.prefill, run.decode)) * run.engine.nic_bps
        if rate_bps <= limit_bps:
            continue
        yield Finding(
            code="E614",
            at=f"{run.service.origin}/load/requests",
            message=f"{load.requests:g} requests/s of {load.prompt} tokens hand over {format_short(rate_bps, RATE)} "
            f"of cache; the smaller pool has {format_short(limit_bps, RATE)}",
            hint=f"at most {load.requests * limit_bps / rate_bps:.4g}/s can pass; add replicas",
            severity=Severity.WARNING,
        )


@rule("E630", "the weights of a service do not fit into the memory of its GPUs")
def weights_fit(site: Site, network: Network) -> Iterator[Finding]:
    """Every GPU has memory for its part of the weights, with room for caches."""
    for run in _running(site, network):
        for pool in _too_heavy(run) if run.service.memory else []:
            held_B, memory_B = weights(run.service, run.model, pool).gpu_B, run.engine.memory_B
            times = -(-held_B // (memory_B * run.service.memory))
            yield Finding(
                code="E630",
                at=run.service.origin,
                message=f"{format_short(held_B, SIZE)} of weights on {_each(pool)} of a replica, "
                f"which may take {format_short(run.service.memory, SHARE)} of {format_short(memory_B, SIZE)}",
                hint=f"spread a replica over {times:g} times as many GPUs or more, or take a smaller dtype",
                on_key=True,
            )


def _each(pool: Pool) -> str:
    return "the GPU" if pool.gpus == 1 else f"each of {pool.gpus} GPUs"


@rule("E631", "prefill cannot keep up")
def prefill_keeps_up(site: Site, network: Network) -> Iterator[Finding]:
    """Prompts are computed faster than they come."""
    for run in _timed(site, network):
        used = run.prompts.utilisation(run.prefill.replicas)
        if used < 1:
            continue
        load, role = run.service.load, run.prefill.role
        yield Finding(
            code="E631",
            at=_at(run.service, role),
            on_key=_at(run.service, role) == run.service.origin,
            message=f"{load.requests:g} prompts/s of {load.prompt} tokens, {format_short(run.prompts.mean_s, TIME)} of "
            f"{run.prefill.gpus} GPUs each, need {format_short(used, SHARE)} of {_count(run.prefill)}",
            hint=_write(run, role),
            severity=Severity.WARNING,
        )


@rule("E632", "decode cannot keep up")
def decode_keeps_up(site: Site, network: Network) -> Iterator[Finding]:
    """Answers are made as fast as they are asked for, with as many sequences at once as memory holds."""
    for run in _timed(site, network):
        used = run.answers.utilisation(run.decode.replicas, run.free)
        if used < 1 or run.free == 0:
            continue
        tokens = run.service.load.requests * run.service.load.output
        room = f"{run.answers.limit} sequences at once" if run.answers.limit else "not one sequence in their memory"
        yield Finding(
            code="E632",
            at=_at(run.service, run.decode.role),
            on_key=_at(run.service, run.decode.role) == run.service.origin,
            message=f"{tokens:,.0f} tokens/s of answers are more than {_count(run.decode)} of {run.decode.gpus} GPUs "
            f"can make, with {room} each",
            hint=_write(run, run.decode.role) if run.answers.limit else "shorten prompts, or spread a replica wider",
            severity=Severity.WARNING,
        )


def _count(pool: Pool) -> str:
    role = "" if pool.role == "both" else f" {pool.role}"
    return f"{pool.replicas}{role} replica{'s' * (pool.replicas > 1)}"


def _write(run: serving.Figures, role: str) -> str:
    needed = run.needed[role == "decode"]
    promised = " to meet the objective" if run.service.slo.ttft or run.service.slo.itl else ""
    if needed < 0:
        return "no number of replicas is enough: more GPUs per replica, a smaller dtype or a laxer objective"
    return f"write replicas: {{{role}: {needed}}}{promised}"


@rule("E633", "a service does not meet its objective")
def objectives_are_met(site: Site, network: Network) -> Iterator[Finding]:
    """The quantile of the time to first token, and between tokens, is within its limit."""
    for run in _timed(site, network):
        slo, stable = run.service.slo, _stable(run)
        first, then = run.prefill.replicas, run.decode.replicas
        if stable and slo.ttft and run.ttft_s(first, slo.ttft.quantile) > slo.ttft.max:
            yield _missed(run, "ttft", "time to first token", slo.ttft, run.ttft_s(first, slo.ttft.quantile))
        if stable and slo.itl and run.itl_s(then, slo.itl.quantile) > slo.itl.max:
            yield _missed(run, "itl", "time between tokens", slo.itl, run.itl_s(then, slo.itl.quantile))


def _stable(run: serving.Figures) -> bool:
    prefill = run.prompts.utilisation(run.prefill.replicas) < 1
    return prefill and run.answers.utilisation(run.decode.replicas, run.free) < 1


def _missed(run: serving.Figures, key: str, what: str, limit: Objective, time_s: float) -> Finding:
    role = (run.prefill if key == "ttft" else run.decode).role
    return Finding(
        code="E633",
        at=f"{run.service.origin}/slo/{key}/max",
        message=f"P{100 * limit.quantile:g} of the {what} is {format_short(time_s, TIME)}, "
        f"limit {format_short(limit.max, TIME)}",
        hint=_write(run, role),
        severity=Severity.WARNING,
    )


@rule("E634", "a flash crowd is more than a service can serve")
def crowds_are_served(site: Site, network: Network) -> Iterator[Finding]:
    """The peak of a flash crowd leaves nobody waiting."""
    for run in _timed(site, network):
        flash, found = run.service.load.flash, run.crowd
        if flash is None or not _stable(run) or not found.overload_s:
            continue
        yield Finding(
            code="E634",
            at=f"{run.service.origin}/load/flash",
            message=f"{found.peak_hz:.4g} requests/s at the peak, {run.capacity_hz:.4g} can be served: "
            f"{found.backlog:,.0f} wait, up to {format_short(found.wait_s, TIME)} each, for "
            f"{format_short(found.overload_s, TIME)} until all are served",
            hint=f"have {found.peak_hz / run.capacity_hz:.3g} times as many replicas by then, or turn requests away",
            severity=Severity.WARNING,
        )


@rule("E635", "replicas of a service cannot be laid out")
def replicas_have_a_shape(site: Site, network: Network) -> Iterator[Finding]:
    """Experts, heads and GPUs divide, and the pools that are counted exist."""
    for want in wants(site, network):
        if isinstance(want.work, Service):
            yield from dict.fromkeys(misfits(want.work, model_of(want.work), want.gpus_per_host))


@rule("E636", "more is promised than is measured")
def promises_are_measured(site: Site) -> Iterator[Finding]:
    """The quantile that is looked at is no lower than the share that is promised."""
    for service in _services(site):
        yield from promises(service)


@rule("E637", "weights are not loaded in time")
def weights_arrive(site: Site, network: Network) -> Iterator[Finding]:
    """Interfaces of the store and of the replicas that start carry their weights before the deadline."""
    for want in wants(site, network):
        if isinstance(want.work, Service):
            yield from starts(want.work, model_of(want.work), site, network, want.host)


@rule("E638", "a share of a service is impossible")
def shares_of_services_are_possible(site: Site) -> Iterator[Finding]:
    """Nothing reaches more than all of its peak, and prompts are found in caches once."""
    for service in _services(site):
        for key in ("mfu", "mbu", "memory", "overlap"):
            share = getattr(service, key)
            if share > 1 or (share == 0 and key != "overlap"):
                message = f"{service.name} cannot have {format_short(share, SHARE)} of what there is"
                yield Finding("E638", f"{service.origin}/{key}", message, "write a share up to 100%")
        stored = service.prefix.hit if service.prefix else 0.0
        if stored + min(1.0, service.load.prefix_hit) > 1:
            both = format_short(stored + service.load.prefix_hit, SHARE)
            message = f"{both} of a prompt are found in caches: those in the store come beside `prefix_hit`"
            yield Finding("E638", f"{service.origin}/prefix/hit", message, "let both add up to 100% at most")


@rule("E639", "users of a service have no way in")
def users_have_a_way_in(site: Site, network: Network) -> Iterator[Finding]:
    """The fabric that requests come from has a border."""
    for service in _services(site):
        source = service.users.source
        if source not in site.fabrics:
            continue
        if not ((network.nodes.fabric == source) & (network.nodes.role == "border")).any():
            yield Finding(
                code="E639",
                at=f"{service.origin}/users/from",
                message=f"fabric {source} has no border that requests of {service.name} could come in by",
                hint=f"write border: {{count: 2}} in fabric {source}, or name a WAN site",
            )
