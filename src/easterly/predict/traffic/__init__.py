"""Models of traffic: seeded sources, long memory and its estimation, dimensioning, effective bandwidths, admission.

What is sent at random, in WAN links and in front of inference services. Training traffic is periodic and in step: it
has envelopes (`predict.calculus`) and traces (`predict.packet`), not a Hurst exponent.
"""

from easterly.base.late import open_late

open_late(__name__)
