from easterly.app.lab.ring.measured import Ranks, WrongSum, ranks, with_torch
from easterly.app.lab.ring.predicted import Framing, Predicted, predict, site_text
from easterly.app.lab.ring.star import Star, star
from easterly.app.lab.ring.trial import Run, Setting, comparisons, controls, try_ring

__all__ = [
    "Framing",
    "Predicted",
    "Ranks",
    "Run",
    "Setting",
    "Star",
    "WrongSum",
    "comparisons",
    "controls",
    "predict",
    "ranks",
    "site_text",
    "star",
    "try_ring",
    "with_torch",
]
