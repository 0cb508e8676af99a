"""Inference services."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Count, CountOrZero, Frequency, Frozen, Named, Share, Size, Time
from easterly.model.spec.front import Front
from easterly.model.spec.needs import Needs, OnHosts
from easterly.model.spec.time import Begins, Until
from easterly.model.spec.transformer import Dtype, ModelSpec

Variation = Annotated[float, Field(ge=0, le=100), Unit("1")]


class Flash(Frozen):
    """A flash crowd: requests rise to a peak, stay there, and fall back."""

    factor: Annotated[float, Field(ge=1, le=1e6), Unit("1"), Doc("Requests at the peak over the usual ones.")]
    ramp: Annotated[Time, Doc("Time from the usual rate to the peak, and again from the peak back.")] = 0.0
    lasts: Annotated[Time, Doc("Time at the peak.")]


class Load(Frozen):
    """What users ask of a service."""

    requests: Annotated[Frequency, Doc("Requests.")]
    prompt: Annotated[Count, Doc("Mean prompt, tokens.")] = 1024
    output: Annotated[Count, Doc("Mean answer, tokens.")] = 256
    prefix_hit: Annotated[
        Share, Doc("Share of the prompt whose cache is already where it is needed, at prefill and at decode.")
    ] = 0.0
    prompt_cv: Annotated[
        Variation, Doc("Standard deviation of a prompt over its mean; 0 for equal prompts, 1 for exponential ones.")
    ] = 1.0
    arrival_cv: Annotated[
        Variation, Doc("Standard deviation of the time between requests over its mean; 1 for a Poisson process.")
    ] = 1.0
    flash: Annotated[Flash | None, Doc("Flash crowd; none if absent.")] = None


class Replicas(Frozen):
    """Sizes of the pools: of prefill and decode where they are apart, or of replicas that do both."""

    prefill: Annotated[Count, Doc("Prefill replicas of a disaggregated service.")] = 1
    decode: Annotated[Count, Doc("Decode replicas of a disaggregated service.")] = 1
    both: Annotated[Count, Doc("Replicas of an aggregated service.")] = 1


class Pool(Frozen):
    """Parallelism of one pool, where it differs from that of the service."""

    tp: Annotated[Count | None, Doc("Tensor parallel; the service's if absent.")] = None
    pp: Annotated[Count | None, Doc("Pipeline parallel; the service's if absent.")] = None
    ep: Annotated[Count | None, Doc("Expert parallel; the service's if absent.")] = None


class Users(Frozen):
    """Who asks, and what a request and an answer weigh on the wire: the north-south traffic of a service."""

    source: Annotated[
        str | None,
        Field(alias="from"),
        Doc("WAN site, or fabric whose border, requests come from; totals but no flows if absent."),
    ] = None
    token: Annotated[Size, Doc("Text of one token.")] = 4.0
    per_request: Annotated[
        Size,
        Doc("Bytes of a request, and again of its answer, beside text: HTTP/2 headers, JSON, TLS, acknowledgements."),
    ] = 2000.0
    per_token: Annotated[
        Size,
        Doc(
            "Bytes of each token that is streamed, beside its text: event (SSE) in JSON, HTTP/2, TLS, TCP/IP, Ethernet."
        ),
    ] = 300.0


class Prefix(Frozen):
    """A shared store of caches of common prefixes, read over the network by prefill replicas."""

    source: Annotated[
        str | None, Field(alias="from"), Doc("Store: a name of `traffic`, a service or a WAN site; no flows if absent.")
    ] = None
    hit: Annotated[Share, Doc("Share of the prompt whose cache is found there, beside `prefix_hit`.")]


class Distribution(Frozen):
    """Loading the weights when replicas start."""

    source: Annotated[
        str | None, Field(alias="from"), Doc("Store: a name of `traffic`, a service or a WAN site; no flows if absent.")
    ] = None
    every: Annotated[Time, Doc("Interval between starts: new versions, scaling, repairs.")] = 86400.0
    replicas: Annotated[Count | None, Doc("Replicas that start together, the last ones first; all if absent.")] = None
    deadline: Annotated[Time | None, Doc("Time in which they must have their weights; any if absent.")] = None


class Objective(Frozen):
    """An upper limit of a quantile of a time."""

    max: Annotated[Time, Doc("Upper limit.")]
    quantile: Annotated[float, Field(gt=0, lt=1), Unit("1"), Doc("Quantile that must meet it, 0.99 for P99.")] = 0.99


class Slo(Frozen):
    """Service level objective: what is promised to users, and how it is measured."""

    ttft: Annotated[Objective | None, Doc("Time to first token.")] = None
    itl: Annotated[Objective | None, Doc("Inter-token latency: time between tokens of an answer.")] = None
    promise: Annotated[Share | None, Doc("Share of requests that is promised to meet the limits, 99.9%.")] = None
    measured: Annotated[
        Share | None, Doc("Share that the measurement looks at: 95% for P95; the quantiles of the limits if absent.")
    ] = None


class Service(Named):
    """An inference service: prefill replicas hand key/value caches to decode replicas, or replicas do both."""

    tenant: Annotated[str | None, Doc("Tenant.")] = None
    fabric: Annotated[str | None, Doc("Fabric it runs on; the only one if absent.")] = None
    traffic_class: Annotated[str, Field(alias="class"), Doc("Traffic class.")]
    model: Annotated[str | ModelSpec, Doc("A name of the catalog, or a shape.")]
    mode: Annotated[
        Literal["disaggregated", "aggregated"],
        Doc("Prefill and decode on replicas of their own, or both on the same, which sends no caches."),
    ] = "disaggregated"
    dtype: Annotated[Dtype, Doc("Number format of weights and arithmetic.")] = "bf16"
    kv_dtype: Annotated[Dtype | None, Doc("Number format of the cache; `dtype` if absent.")] = None
    dispatch_dtype: Annotated[Dtype | None, Doc("Number format of what goes to experts; `dtype` if absent.")] = None
    combine_dtype: Annotated[Dtype, Doc("Number format of what comes back from experts.")] = "bf16"
    tp: Annotated[
        Count | None, Doc("Tensor parallel; the GPUs of a host if absent, 1 where experts are spread (`ep`).")
    ] = None
    pp: Annotated[Count, Doc("Pipeline parallel.")] = 1
    ep: Annotated[
        Count,
        Doc(
            "GPUs among which the experts of a layer are spread; those beyond `tp` hold other sequences (attention DP)."
        ),
    ] = 1
    prefill: Annotated[Pool, Doc("Parallelism of prefill replicas.")] = Pool()
    decode: Annotated[Pool, Doc("Parallelism of decode replicas.")] = Pool()
    replicas: Annotated[Replicas, Doc("Pool sizes.")] = Replicas()
    batch: Annotated[
        Count | None, Doc("Sequences that a decode replica works on at once at most; what its memory holds if absent.")
    ] = None
    chunk: Annotated[
        Count | None, Doc("Tokens of a prompt between two steps of decoding, aggregated; the whole prompt if absent.")
    ] = None
    mfu: Annotated[Share, Doc("Share of the GPUs' peak that prefill reaches.")] = 0.43
    mbu: Annotated[Share, Doc("Share of the memory bandwidth that decode reaches.")] = 0.6
    memory: Annotated[Share, Doc("Share of a GPU's memory for weights and caches.")] = 0.9
    overlap: Annotated[Share, Doc("Share of the exchange with experts that is hidden behind compute, at most.")] = 0.0
    overhead: Annotated[
        Time, Doc("Time of each decode step and of each prompt beside the GPUs' work: scheduling, sampling.")
    ] = 0.0
    load: Annotated[Load, Doc("Offered load.")]
    users: Annotated[Users, Doc("Who asks.")] = Users()
    front: Annotated[Front | None, Doc("How users reach its replicas; HAProxy with its defaults if absent.")] = None
    prefix: Annotated[Prefix | None, Doc("Shared store of caches; none if absent.")] = None
    weights: Annotated[Distribution | None, Doc("Loading of weights; not counted if absent.")] = None
    slo: Annotated[Slo, Doc("What is promised.")] = Slo()
    profile: Annotated[str | None, Doc("How the load varies over time, a name of `profiles`; steady if absent.")] = None
    begins: Begins = 0.0
    until: Until = None
    first_host: Annotated[CountOrZero | None, Doc("First host in its fabric; packed after the jobs if absent.")] = None
    on_hosts: OnHosts = ()
    needs: Annotated[Needs, Doc("What it needs on its hosts besides GPUs.")] = Needs()
    connections: Annotated[Count, Doc("Connections per pair of interfaces.")] = 4

    @model_serializer(mode="wrap")
    def _stated(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without a front that nobody states: the digest of older sites stays what it was."""
        made: dict[str, Any] = handler(self)
        if made.get("front", self) is None:
            del made["front"]
        return made
