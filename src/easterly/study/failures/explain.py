"""One failure in full: every job before and after, and what its step waits for."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import IntColumn, ints
from easterly.base.findings import did_you_mean
from easterly.model.damage import Effect, Wait
from easterly.study.failures.elements import elements
from easterly.study.failures.states import Hashing, States
from easterly.study.nouns import Nouns


def explain(nouns: Nouns, name: str, hashing: Hashing = "mean") -> tuple[str, Effect, Effect, tuple[Wait, ...]]:
    """What one named part does when it fails.

    Parameters
    ----------
    nouns : Nouns
    name : str
        A switch, host, interface (``host-0:nic3``), cable (``leaf-0:swp1>spine-0:swp1``), plane, shared risk or
        domain; several, joined by `` + ``, fail together.
    hashing : {"mean", "even"}

    Returns
    -------
    str, Effect, Effect, tuple of Wait
        Kind of part, what was before, what is then, and what each job waits for, before and then.

    Raises
    ------
    ValueError
        Nothing that can fail is called so.
    """
    states = States(nouns)
    known = {part.name: part for part in elements(nouns.site, nouns.network.value)}
    wanted = [word.strip() for word in name.split(" + ")]
    for word in wanted:
        if word not in known:
            raise ValueError(f"nothing that can fail is called {word!r}: {did_you_mean(word, list(known))}")
    down = ints(np.unique(np.concatenate([known[word].down for word in wanted])))
    kind = " + ".join(known[word].kind for word in wanted)
    waits = _waits(_exposed(states, ints([]), hashing), _exposed(states, down, hashing))
    return kind, states.effect(ints([]), hashing), states.effect(down, hashing), waits


def _exposed(states: States, down: IntColumn, hashing: Hashing) -> dict[tuple[str, str], tuple[float, str]]:
    """What is exposed of the communication of each axis of each job, and the link that its longest phase fills most."""
    case, demands, routing = states.case(down, hashing)
    phases, exposed_s = demands.phases, case.prediction.phase_exposed_s
    found: dict[tuple[str, str], tuple[float, str]] = {}
    for key in dict.fromkeys(zip(phases.owner.tolist(), phases.axis.tolist(), strict=True)):
        own = np.flatnonzero((phases.owner == key[0]) & (phases.axis == key[1]))
        longest = own[np.argmax(exposed_s[own])]
        link = int(routing.spread.even_link[longest])
        name = str(states.network.link_ids[link]) if link >= 0 else ""
        if key[0] in states.jobs and exposed_s[own].any():
            found[key] = float(np.sum(exposed_s[own])), name
    return found


def _waits(
    before: dict[tuple[str, str], tuple[float, str]], after: dict[tuple[str, str], tuple[float, str]]
) -> tuple[Wait, ...]:
    none = (0.0, "")
    return tuple(
        Wait(*key, before.get(key, none)[0], after.get(key, none)[0], before.get(key, none)[1], after.get(key, none)[1])
        for key in dict.fromkeys([*before, *after])
    )
