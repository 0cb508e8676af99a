from easterly.predict.traffic.admission import (
    Admission,
    long_buffer_capacity,
    most_sources,
    needed_capacity,
    overflow,
)
from easterly.predict.traffic.bandwidth import (
    Batches,
    Bursts,
    Constant,
    Gaussian,
    Modulated,
    Periodic,
    Policed,
    Source,
    effective_bandwidth,
)
from easterly.predict.traffic.dispersion import Dispersion, dispersion, fit_mmpp
from easterly.predict.traffic.hurst import LogScale, hurst
from easterly.predict.traffic.mmpp import Mmpp, mmpp, mmpp_counts, mmpp_dispersion
from easterly.predict.traffic.noise import fractional_motion, fractional_noise, noise_covariance
from easterly.predict.traffic.norros import (
    Aggregate,
    aggregate,
    aggregate_volumes,
    measured_aggregate,
    norros_buffer,
    norros_capacity,
    norros_overflow,
    on_off_aggregate,
)
from easterly.predict.traffic.onoff import OnOff, on_off_volumes
from easterly.predict.traffic.poisson import poisson_counts, poisson_times

__all__ = [
    "Admission",
    "Aggregate",
    "Batches",
    "Bursts",
    "Constant",
    "Dispersion",
    "Gaussian",
    "LogScale",
    "Mmpp",
    "Modulated",
    "OnOff",
    "Periodic",
    "Policed",
    "Source",
    "aggregate",
    "aggregate_volumes",
    "dispersion",
    "effective_bandwidth",
    "fit_mmpp",
    "fractional_motion",
    "fractional_noise",
    "hurst",
    "long_buffer_capacity",
    "measured_aggregate",
    "mmpp",
    "mmpp_counts",
    "mmpp_dispersion",
    "most_sources",
    "needed_capacity",
    "noise_covariance",
    "norros_buffer",
    "norros_capacity",
    "norros_overflow",
    "on_off_aggregate",
    "on_off_volumes",
    "overflow",
    "poisson_counts",
    "poisson_times",
]
