"""Rules of the protocols that a site relies on: they exist, and are still there."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.base.findings import Finding, Severity, rule
from easterly.model.catalog import protocols
from easterly.model.catalog.protocols import Protocol, Standing
from easterly.model.spec.site import Site

GONE = {Standing.INVENTED, Standing.REMOVED}


@rule("E216", "a protocol or interface that is gone, or never was")
def protocols_are_in_use(site: Site) -> Iterator[Finding]:
    """Nothing can be built on what was withdrawn or invented; what is no longer cared for is a risk."""
    for number, name in enumerate(site.protocols):
        known = protocols.find(name)
        if known is not None and known.standing is not Standing.CURRENT:
            yield Finding(
                code="E216",
                at=f"protocols/{number}",
                message=f"{_named(name, known)}: {_fate(known)} ({known.source})",
                hint=f"use {known.instead}",
                severity=Severity.ERROR if known.standing in GONE else Severity.WARNING,
            )


def _named(name: str, known: Protocol) -> str:
    return known.name if protocols.normal(name) == protocols.normal(known.name) else f"{name} ({known.name})"


def _fate(known: Protocol) -> str:
    if known.standing is Standing.INVENTED:
        return "there is no such thing"
    what = {Standing.REMOVED: "gone", Standing.UNMAINTAINED: "not maintained"}.get(known.standing, str(known.standing))
    return f"{what} since {known.since}" if known.since else what


@rule("E217", "a protocol that the catalog does not know")
def protocols_are_known(site: Site) -> Iterator[Finding]:
    """A name that nobody knows may be misspelt."""
    for number, name in enumerate(site.protocols):
        if protocols.find(name) is None:
            near = protocols.like(name)
            yield Finding(
                code="E217",
                at=f"protocols/{number}",
                message=f"the catalog does not know a protocol {name!r}",
                hint=f"did you mean {near}?" if near else "make sure that it exists; nothing else depends on it",
                severity=Severity.WARNING,
            )
