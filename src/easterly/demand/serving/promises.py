"""What is promised to users against what is measured."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.base.findings import Finding
from easterly.base.units import SHARE, format_short
from easterly.model.spec.service import Service

EPSILON = 1e-12


def promises(service: Service) -> Iterator[Finding]:
    """E636: a quantile that is lower than what is promised proves nothing about the rest.

    That 95 % are fast enough says nothing of the next 4.9 %, which are to be fast enough as well for 99.9 %.
    """
    slo = service.slo
    if slo.promise is None:
        return
    looked = {"measured": slo.measured} if slo.measured is not None else {
        f"{key}/quantile": limit.quantile for key, limit in (("ttft", slo.ttft), ("itl", slo.itl)) if limit
    }  # fmt: skip
    for key, share in looked.items():
        if share is not None and share < slo.promise - EPSILON:
            want = format_short(slo.promise, SHARE)
            yield Finding(
                code="E636",
                at=f"{service.origin}/slo/{_written(service, key)}",
                message=f"{want} is promised, but P{100 * share:.6g} is measured: it says nothing of the "
                f"{format_short(slo.promise - share, SHARE)} between",
                hint=f"measure P{100 * slo.promise:.6g} or higher, or promise {format_short(share, SHARE)}",
            )


def _written(service: Service, key: str) -> str:
    """The quantile where it stands, else the limit that has its default."""
    limit, _, part = key.partition("/")
    if part and "quantile" not in getattr(service.slo, limit).model_fields_set:
        return limit
    return key
