"""One sentence about a claim."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Follows(StrEnum):
    """How a claim stands to what is known."""

    FOLLOWS = "follows"
    NOT = "does not follow"
    CONTRADICTED = "contradicted"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Statement:
    """What is to be said of one claim.

    Attributes
    ----------
    follows : Follows
        `OPEN` where it depends on what was not said.
    claim : str
        What is claimed.
    because : str
        The arithmetic, with its numbers.
    needs : str
        What would make it follow; empty where it does.
    """

    follows: Follows
    claim: str
    because: str
    needs: str = ""

    def __str__(self) -> str:
        """The sentence."""
        return f"{self.follows.value}: {self.claim}: {self.because}" + (f"; {self.needs}" if self.needs else "")


def percent(share: float) -> str:
    """A share, with the digits that it has.

    >>> percent(0.4), percent(0.99995), percent(1 / 3)
    ('40%', '99.995%', '33.33%')
    """
    digits = 6 if 0.999 < share < 1 else 4  # nines count
    return f"{100 * share:.{digits}g}%"


def named(quantile: float) -> str:
    """A quantile as engineers call it.

    >>> named(0.999), named(0.95)
    ('P99.9', 'P95')
    """
    return f"P{round(100 * quantile, 6):g}"
