from easterly.predict.calculus import envelopes, servers, sources, stochastic
from easterly.predict.calculus.curve import Curve
from easterly.predict.calculus.elements import Point, Segment
from easterly.predict.calculus.fabric import bounds
from easterly.predict.calculus.rational import Value
from easterly.predict.calculus.refined import refined
from easterly.predict.calculus.standing import Standing

__all__ = [
    "Curve",
    "Point",
    "Segment",
    "Standing",
    "Value",
    "bounds",
    "envelopes",
    "refined",
    "servers",
    "sources",
    "stochastic",
]
