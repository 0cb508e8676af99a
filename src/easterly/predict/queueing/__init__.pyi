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
from easterly.predict.queueing.bcmp import mixed, open_classes, visits
from easterly.predict.queueing.convolution import buzen
from easterly.predict.queueing.finite import mg1k
from easterly.predict.queueing.fork_join import fork_join, harmonic, longest_bound
from easterly.predict.queueing.general import md1, mg1, mg1_ps, mg1_vacations, mxg1, ps_time
from easterly.predict.queueing.headroom import curve
from easterly.predict.queueing.invert import (
    Aim,
    fewest_servers,
    measured,
    most_load,
    slowest_service,
    slowest_service_beyond,
)
from easterly.predict.queueing.jackson import jackson, total
from easterly.predict.queueing.markov import erlang_a, erlang_b, erlang_c, mm1, mmc, mmck, mminf
from easterly.predict.queueing.mva import exact, linearizer, schweitzer
from easterly.predict.queueing.priority import (
    non_preemptive,
    non_preemptive_servers,
    preemptive_resume,
    preemptive_servers,
)
from easterly.predict.queueing.qna import decompose
from easterly.predict.queueing.replicas import replicas
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
    "buzen",
    "curve",
    "decompose",
    "dm1",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "exact",
    "fewest_servers",
    "fork_join",
    "harmonic",
    "jackson",
    "kimura",
    "kingman",
    "kingman_bound",
    "klb",
    "linearizer",
    "longest_bound",
    "marchal",
    "md1",
    "measured",
    "mg1",
    "mg1_fb",
    "mg1_ps",
    "mg1_srpt",
    "mg1_vacations",
    "mg1k",
    "mixed",
    "mm1",
    "mmc",
    "mmck",
    "mminf",
    "most_load",
    "mxg1",
    "non_preemptive",
    "non_preemptive_servers",
    "open_classes",
    "preemptive_resume",
    "preemptive_servers",
    "ps_time",
    "replicas",
    "schweitzer",
    "slowest_service",
    "slowest_service_beyond",
    "total",
    "visits",
    "whitt",
]
