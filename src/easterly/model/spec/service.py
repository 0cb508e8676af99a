"""Inference services."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from easterly.base.schema import Doc
from easterly.model.spec.fields import Count, CountOrZero, Frequency, Frozen, Named, Share
from easterly.model.spec.transformer import Dtype, ModelSpec


class Load(Frozen):
    """What users ask of a service."""

    requests: Annotated[Frequency, Doc("Requests.")]
    prompt: Annotated[Count, Doc("Mean prompt.")] = 1024
    output: Annotated[Count, Doc("Mean answer.")] = 256
    prefix_hit: Annotated[Share, Doc("Share of the prompt whose cache is already where it is needed.")] = 0.0


class Replicas(Frozen):
    """Sizes of the pools of a disaggregated service."""

    prefill: Annotated[Count, Doc("Prefill replicas.")] = 1
    decode: Annotated[Count, Doc("Decode replicas.")] = 1


class Service(Named):
    """An inference service: prefill replicas hand key/value caches to decode replicas over the fabric."""

    tenant: Annotated[str | None, Doc("Tenant.")] = None
    fabric: Annotated[str | None, Doc("Fabric it runs on; the only one if absent.")] = None
    traffic_class: Annotated[str, Field(alias="class"), Doc("Traffic class.")]
    model: Annotated[str | ModelSpec, Doc("A name of the catalog, or a shape.")]
    dtype: Annotated[Dtype, Doc("Number format of the cache.")] = "bf16"
    tp: Annotated[Count | None, Doc("Tensor parallel per replica; the GPUs of a host if absent.")] = None
    replicas: Annotated[Replicas, Doc("Pool sizes.")] = Replicas()
    load: Annotated[Load, Doc("Offered load.")]
    profile: Annotated[str | None, Doc("How the load varies over time, a name of `profiles`; steady if absent.")] = None
    first_host: Annotated[CountOrZero | None, Doc("First host in its fabric; packed after the jobs if absent.")] = None
