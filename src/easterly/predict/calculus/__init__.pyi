from easterly.predict.calculus.curve import Curve
from easterly.predict.calculus.elements import Point, Segment
from easterly.predict.calculus.fabric import bounds
from easterly.predict.calculus.rational import Value

__all__ = ["Curve", "Point", "Segment", "Value", "bounds"]
