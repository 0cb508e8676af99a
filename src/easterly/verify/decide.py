"""Intents to verdicts: PASS, FAIL or UNPROVEN, with the margin, what binds, and the reason."""

from __future__ import annotations

from collections.abc import Callable

from easterly.model.outcome import Status, Verdict
from easterly.model.spec.intent import Intent
from easterly.verify.allocation import allocation
from easterly.verify.evidence import Evidence, Undecided
from easterly.verify.isolation import isolate
from easterly.verify.limits import oversubscription, step_time, utilisation

DECIDERS: dict[str, Callable[[Evidence, Intent], Verdict]] = {
    "allocate": allocation,
    "isolate": isolate,
    "oversubscription": oversubscription,
    "step_time": step_time,
    "utilisation": utilisation,
}


def decide(evidence: Evidence) -> tuple[Verdict, ...]:
    """One verdict per intent, sorted by name.

    An intent that nothing can decide is UNPROVEN, never PASS.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    tuple of Verdict
    """
    return tuple(_decide(evidence, evidence.site.intents[name]) for name in sorted(evidence.site.intents))


def _decide(evidence: Evidence, intent: Intent) -> Verdict:
    decider = DECIDERS.get(intent.kind)
    if decider is None:
        return _unproven(intent, f"no method here decides {intent.kind.replace('_', ' ')} yet")
    try:
        return decider(evidence, intent)
    except Undecided as reason:
        return _unproven(intent, str(reason))


def _unproven(intent: Intent, because: str) -> Verdict:
    return Verdict(intent.name, Status.UNPROVEN, None, None, None, because)
