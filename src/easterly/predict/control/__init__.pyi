from easterly.predict.control.aimd import (
    CONTROLS,
    binary_path,
    jain,
    some_at_a_time,
    synchronised,
    synchronised_path,
    unequal,
)
from easterly.predict.control.anarchy import bids, routing, worst
from easterly.predict.control.dcqcn import Settings, rest
from easterly.predict.control.dctcp import least_threshold, sawtooth
from easterly.predict.control.fair import alpha_fair
from easterly.predict.control.tcp import (
    bbr_most_loss,
    bbr_share,
    cubic_friendly,
    cubic_k,
    cubic_mean,
    cubic_window,
    pftk,
    reno_window,
    tfrc,
)

__all__ = [
    "CONTROLS",
    "Settings",
    "alpha_fair",
    "bbr_most_loss",
    "bbr_share",
    "bids",
    "binary_path",
    "cubic_friendly",
    "cubic_k",
    "cubic_mean",
    "cubic_window",
    "jain",
    "least_threshold",
    "pftk",
    "reno_window",
    "rest",
    "routing",
    "sawtooth",
    "some_at_a_time",
    "synchronised",
    "synchronised_path",
    "tfrc",
    "unequal",
    "worst",
]
