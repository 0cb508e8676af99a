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
from easterly.predict.control.aqm import Pi, Port, Red, port_margins
from easterly.predict.control.dcqcn import Settings, rest
from easterly.predict.control.dcqcn_fluid import longest_delay, stability
from easterly.predict.control.dctcp import certain_threshold, least_threshold, sawtooth
from easterly.predict.control.fair import alpha_fair
from easterly.predict.control.kelly import dual, limit, primal
from easterly.predict.control.loops import Loop, delay_roots, lambert_w, margins, rightmost
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
    "Loop",
    "Pi",
    "Port",
    "Red",
    "Settings",
    "alpha_fair",
    "bbr_most_loss",
    "bbr_share",
    "bids",
    "binary_path",
    "certain_threshold",
    "cubic_friendly",
    "cubic_k",
    "cubic_mean",
    "cubic_window",
    "delay_roots",
    "dual",
    "jain",
    "lambert_w",
    "least_threshold",
    "limit",
    "longest_delay",
    "margins",
    "pftk",
    "port_margins",
    "primal",
    "reno_window",
    "rest",
    "rightmost",
    "routing",
    "sawtooth",
    "some_at_a_time",
    "stability",
    "synchronised",
    "synchronised_path",
    "tfrc",
    "unequal",
    "worst",
]
