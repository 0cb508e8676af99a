"""Room `verify`: intents to proofs."""

from easterly.verify.decide import decide
from easterly.verify.evidence import Case, Evidence, Undecided
from easterly.verify.leaks import leaks, missing
from easterly.verify.strays import strays

__all__ = ["Case", "Evidence", "Undecided", "decide", "leaks", "missing", "strays"]
