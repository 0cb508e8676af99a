"""One failure in full: every job before and after, and what its step waits for."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import ints
from easterly.base.findings import did_you_mean
from easterly.model.damage import Effect
from easterly.study.failures.elements import elements
from easterly.study.failures.states import Hashing, States
from easterly.study.nouns import Nouns


def explain(nouns: Nouns, name: str, hashing: Hashing = "mean") -> tuple[str, Effect, Effect]:
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
    str, Effect, Effect
        Kind of part, what was before, what is then.

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
    return kind, states.effect(ints([]), hashing), states.effect(down, hashing)
