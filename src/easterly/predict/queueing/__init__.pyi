from easterly.predict.queueing.general import md1, mg1, mg1_ps, mg1_vacations, mxg1
from easterly.predict.queueing.markov import erlang_a, erlang_b, erlang_c, mm1, mmc, mmck, mminf
from easterly.predict.queueing.priority import (
    non_preemptive,
    non_preemptive_servers,
    preemptive_resume,
    preemptive_servers,
)
from easterly.predict.queueing.service import Exponential, Hyperexponential, Pareto, Uniform, balanced

__all__ = [
    "Exponential",
    "Hyperexponential",
    "Pareto",
    "Uniform",
    "balanced",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "md1",
    "mg1",
    "mg1_ps",
    "mg1_vacations",
    "mm1",
    "mmc",
    "mmck",
    "mminf",
    "mxg1",
    "non_preemptive",
    "non_preemptive_servers",
    "preemptive_resume",
    "preemptive_servers",
]
