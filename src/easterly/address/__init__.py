"""The address plan: numbers for everything, from what it is and not from how many there are."""

from easterly.address.plan import plan, tight_pools
from easterly.address.proof import Fact, prove

__all__ = ["Fact", "plan", "prove", "tight_pools"]
