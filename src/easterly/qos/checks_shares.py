"""Rules of the hierarchy of shares: tenants first, then the classes of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import SHARE, format_short
from easterly.model.spec.policy import Tenant
from easterly.model.spec.site import Site
from easterly.qos.plan import shares

TOLERANCE = 1e-6
PERCENT = 0.01
"""A share that is off by less is taken for rounded."""


def _divided(site: Site) -> list[Tenant]:
    return [tenant for _, tenant in sorted(site.tenants.items()) if tenant.classes]


@rule("E829", "a tenant's shares do not add up to 100 %")
def tenants_divide_their_whole(site: Site) -> Iterator[Finding]:
    """A tenant divides its own share, all of it, among classes."""
    for tenant in _divided(site):
        total = sum(round(share * 1e8) for share in tenant.classes.values()) / 1e8
        gap = 1 - total
        if abs(gap) > TOLERANCE:
            promised = f" of its {_percent(tenant.share)}" if tenant.share is not None else ""
            yield Finding(
                code="E829",
                at=f"{tenant.origin}/classes",
                message=f"tenant {tenant.name} divides {_percent(total)}{promised} among classes",
                hint=f"give the missing {_percent(gap)} to a class" if gap > 0 else f"take {_percent(-gap)} from one",
                on_key=True,
            )


@rule("E830", "tenants give a class another share than it has")
def effective_shares_agree(site: Site) -> Iterator[Finding]:
    """Where tenants have the whole link, each class has the sum of what they give it."""
    tenants, of_class = _whole(site), shares([site.classes[name] for name in sorted(site.classes)])
    for name, c in sorted(site.classes.items()):
        given = [(share, _part(tenant, name, of_class)) for tenant, share in tenants]
        parts = [(share, part) for share, part in given if part is not None]
        effective = sum(share * part for share, part in parts)
        if c.share != "rest" and parts and abs(effective - float(c.share)) > PERCENT:
            products = " + ".join(f"{_percent(share)} x {_percent(part)}" for share, part in parts)
            yield Finding(
                code="E830",
                at=f"{c.origin}/share",
                message=f"class {name} has {_percent(float(c.share))}; tenants give it {products} = "
                f"{_percent(effective)}",
                hint=f"write share: {_percent(effective)}, or change what the tenants give",
                severity=Severity.WARNING,
            )


def _whole(site: Site) -> list[tuple[Tenant, float]]:
    """Tenants and their shares, if these are all of the link and somebody divides his among classes."""
    tenants = [tenant for _, tenant in sorted(site.tenants.items())]
    total = sum(tenant.share or 0.0 for tenant in tenants)
    unsaid = sum(tenant.share is None for tenant in tenants)
    if not _divided(site) or (abs(total - 1) > TOLERANCE and not unsaid):
        return []
    left = max(0.0, 1 - total) / max(1, unsaid)
    return [(tenant, left if tenant.share is None else float(tenant.share)) for tenant in tenants]


def _part(tenant: Tenant, name: str, of_class: Mapping[str, float]) -> float | None:
    """Part of a tenant's share that a class gets; a tenant that divides nothing does as the site does."""
    return tenant.classes.get(name) if tenant.classes else of_class[name]


def _percent(share: float) -> str:
    return format_short(share, SHARE)
