"""Compiled algorithms of Easterly: arrays in, arrays out."""

from . import dag as dag
from . import flow as flow
from . import graph as graph
from . import maths as maths
from . import random as random
