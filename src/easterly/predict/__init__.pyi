from easterly.predict.failover import failover, withdrawal
from easterly.predict.fluid import predict
from easterly.predict.loads import link_loads
from easterly.predict.transfers import transfers

__all__ = ["failover", "link_loads", "predict", "transfers", "withdrawal"]
