"""Compiled algorithms of Easterly: arrays in, arrays out."""

from . import allocate as allocate
from . import aqm as aqm
from . import buffer as buffer
from . import calculus as calculus
from . import classify as classify
from . import control as control
from . import cut as cut
from . import dag as dag
from . import fabric as fabric
from . import flow as flow
from . import fluid as fluid
from . import graph as graph
from . import hash as hash
from . import maths as maths
from . import meter as meter
from . import paths as paths
from . import prefix as prefix
from . import queue as queue
from . import random as random
from . import robust as robust
from . import sched as sched
from . import traffic as traffic
