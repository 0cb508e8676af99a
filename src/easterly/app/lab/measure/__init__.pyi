from easterly.app.lab.measure.choice import Fabric, Hop, chosen, ordered, seed, ways
from easterly.app.lab.measure.counters import Counts, counted, interfaces, strays
from easterly.app.lab.measure.flows import Flow, burst, several
from easterly.app.lab.measure.rehash import rehashed
from easterly.app.lab.measure.split import binomial_interval, exact, likely
from easterly.app.lab.measure.within import Within

__all__ = [
    "Counts",
    "Fabric",
    "Flow",
    "Hop",
    "Within",
    "binomial_interval",
    "burst",
    "chosen",
    "counted",
    "exact",
    "interfaces",
    "likely",
    "ordered",
    "rehashed",
    "seed",
    "several",
    "strays",
    "ways",
]
