"""A lab of network namespaces on this machine: real kernels, real packets, predictions beside measurements."""

from easterly.app.lab.bottleneck import Bottleneck, bottleneck
from easterly.app.lab.qos import Case, Share, cases, try_case, try_policer
from easterly.app.lab.spaces import LabError, Space, missing, spaces
from easterly.app.lab.traffic import Offer, Received, TooBusy, send

__all__ = [
    "Bottleneck", "Case", "LabError", "Offer", "Received", "Share", "Space", "TooBusy", "bottleneck", "cases",
    "missing", "send", "spaces", "try_case", "try_policer",
]  # fmt: skip
