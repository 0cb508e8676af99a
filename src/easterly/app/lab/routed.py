"""Labs whose switches are routers with FRR: when they agree with the plan, and what is measured then."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from easterly.app.lab import converge, outcome, preflight, routes, tunnels
from easterly.app.lab.measure.trial import Measured, tried
from easterly.app.lab.measure.within import Within
from easterly.app.lab.running import Running
from easterly.model.outcome import DeviceConfigs
from easterly.study.nouns import Nouns
from easterly.study.silence import Silences


def impossible() -> str:
    """Why there can be no such lab here; empty if there can."""
    return preflight.impossible()


def fitted(nouns: Nouns) -> Nouns:
    """The site as it is: routers run whatever is rendered for them."""
    return nouns


def files(nouns: Nouns) -> DeviceConfigs:
    """What the nodes are given."""
    return nouns.configs.value


def agreed(lab: Running, nouns: Nouns, wait_s: float, said: Callable[[str], None]) -> list[Within]:
    """What routers show by themselves: routes first, then sessions."""
    wanted = routes.planned(lab.network, lab.address, nouns.policy.value)
    begin = time.monotonic()
    left = converge.routed(lab, wanted, seconds=wait_s, said=said)
    anew = tunnels.waited(lab, seconds=wait_s, said=said)
    if anew:
        lab.repairs.append(f"BGP was begun anew on {', '.join(anew)}: FRR had lost neighbours behind tunnels")
        left = converge.routed(lab, wanted, seconds=wait_s, said=said)
    made = [*outcome.of_routes(wanted, left), outcome.of_strangers(routes.strangers(lab, wanted))]
    lab.seconds["routes"], begin = time.monotonic() - begin, time.monotonic()
    made += outcome.of_tunnels(tunnels.seen(lab))
    made += outcome.of_sessions(converge.watched(lab, seconds=wait_s))
    lab.seconds["sessions"] = time.monotonic() - begin
    return made


def measured(lab: Running, nouns: Nouns, stages: Sequence[str], said: Callable[[str], None]) -> Measured:
    """What packets show, stage by stage."""
    policy = nouns.policy.value
    wanted = routes.planned(lab.network, lab.address, policy)
    return tried(lab, wanted, policy, nouns.qos.value, Silences.of(nouns), stages=stages, said=said)
