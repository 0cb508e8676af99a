"""One training job as phases: every axis of parallelism, stage by stage, mapped onto hosts and rails.

Ranks are numbered tensor-parallel fastest, then context, data and pipeline, as Megatron does (``tp-cp-dp-pp``), or with
pipelines inside replicas where the job says so (``tp-cp-pp-dp``, as Llama 3: arXiv 2407.21783, section 3.3.2), and fill
the hosts of the job in order. Sizes are those of the arithmetic; what real collectives lose to the line rate
stands beside them, in `Phases.reach`.
"""

from easterly.demand.training.axes import phases
from easterly.demand.training.effort import effort
from easterly.demand.training.step import Step
from easterly.demand.training.whole import demand

__all__ = ["Step", "demand", "effort", "phases"]
