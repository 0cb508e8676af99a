from easterly.predict.failover import failover, withdrawal
from easterly.predict.fluid import predict
from easterly.predict.loads import link_loads
from easterly.predict.sessions import Sessions, sessions
from easterly.predict.transfers import transfers
from easterly.predict.turns import Turns, turns

__all__ = ["Sessions", "Turns", "failover", "link_loads", "predict", "sessions", "transfers", "turns", "withdrawal"]
