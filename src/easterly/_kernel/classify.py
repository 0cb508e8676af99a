"""First match of packets among rules, and what rules leave to each other."""

from easterly._kernel._core.classify import (
    Classifier,
    contested,
    crossing,
    entries,
    hit,
    matters,
    prefixes,
)

__all__ = ["Classifier", "contested", "crossing", "entries", "hit", "matters", "prefixes"]
