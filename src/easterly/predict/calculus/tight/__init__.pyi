from easterly.predict.calculus.tight.analyses import ANALYSES, FlowBound, bound_flow
from easterly.predict.calculus.tight.blind import blind
from easterly.predict.calculus.tight.linear import Known, known
from easterly.predict.calculus.tight.network import ServerNetwork
from easterly.predict.calculus.tight.separated import Separated, separated
from easterly.predict.calculus.tight.sink import is_sink_tree, sink_tree
from easterly.predict.calculus.tight.total import Total, total

__all__ = [
    "ANALYSES",
    "FlowBound",
    "Known",
    "Separated",
    "ServerNetwork",
    "Total",
    "blind",
    "bound_flow",
    "is_sink_tree",
    "known",
    "separated",
    "sink_tree",
    "total",
]
