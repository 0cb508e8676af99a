from easterly.predict.queueing.approximate import (
    allen_cunneen,
    dm1,
    kimura,
    kingman,
    kingman_bound,
    klb,
    marchal,
    whitt,
)
from easterly.predict.queueing.finite import mg1k
from easterly.predict.queueing.general import md1, mg1, mg1_ps, mg1_vacations, mxg1, ps_time
from easterly.predict.queueing.invert import (
    Aim,
    fewest_servers,
    measured,
    most_load,
    slowest_service,
    slowest_service_beyond,
)
from easterly.predict.queueing.markov import erlang_a, erlang_b, erlang_c, mm1, mmc, mmck, mminf
from easterly.predict.queueing.priority import (
    non_preemptive,
    non_preemptive_servers,
    preemptive_resume,
    preemptive_servers,
)
from easterly.predict.queueing.service import Exponential, Hyperexponential, Pareto, Uniform, balanced
from easterly.predict.queueing.shared import mg1_fb, mg1_srpt

__all__ = [
    "Aim",
    "Exponential",
    "Hyperexponential",
    "Pareto",
    "Uniform",
    "allen_cunneen",
    "balanced",
    "dm1",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "fewest_servers",
    "kimura",
    "kingman",
    "kingman_bound",
    "klb",
    "marchal",
    "md1",
    "measured",
    "mg1",
    "mg1_fb",
    "mg1_ps",
    "mg1_srpt",
    "mg1_vacations",
    "mg1k",
    "mm1",
    "mmc",
    "mmck",
    "mminf",
    "most_load",
    "mxg1",
    "non_preemptive",
    "non_preemptive_servers",
    "preemptive_resume",
    "preemptive_servers",
    "ps_time",
    "slowest_service",
    "slowest_service_beyond",
    "whitt",
]
