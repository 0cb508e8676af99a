"""What verdicts are decided from: the nouns of a plan, and the same under failures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from easterly.base.columns import BoolColumn
from easterly.model.address import AddressPlan
from easterly.model.demand import Work
from easterly.model.engineering import Engineering
from easterly.model.isolation import Isolation
from easterly.model.network import Network
from easterly.model.outcome import Bill, Prediction
from easterly.model.routing import LinkLoads
from easterly.model.spec.intent import Intent
from easterly.model.spec.site import Site


class Undecided(Exception):
    """Nothing at hand can decide; the message says why."""


@dataclass(frozen=True, slots=True)
class Case:
    """One condition under which an intent is tried.

    Attributes
    ----------
    name : str
        What has failed; ``nothing`` for the plan itself.
    prediction : Prediction
    loads : LinkLoads
    alive : (L,) bool
        Links that are up.
    stranded : tuple of str
        Jobs and services with a flow that has no path.
    """

    name: str
    prediction: Prediction
    loads: LinkLoads
    alive: BoolColumn
    stranded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that a verdict may use.

    Attributes
    ----------
    under : callable
        The cases of an intent's conditions; raises `Undecided` where they cannot all be tried.
    engineering : tuple of Engineering
        What was allocated for the intents that ask for it.
    isolation : Isolation, optional
        Tables, filters and prefixes; routes between tables are not looked at if absent.
    """

    site: Site
    network: Network
    bill: Bill
    address: AddressPlan
    work: Work
    classes: tuple[str, ...]
    under: Callable[[Intent], tuple[Case, ...]]
    engineering: tuple[Engineering, ...] = ()
    isolation: Isolation | None = None
