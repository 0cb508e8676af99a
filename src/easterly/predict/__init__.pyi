from easterly.predict.fluid import predict
from easterly.predict.loads import link_loads
from easterly.predict.transfers import transfers

__all__ = ["link_loads", "predict", "transfers"]
