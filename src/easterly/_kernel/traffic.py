"""Models of traffic: noise with long memory, wavelets, modulated rates, on/off sources, chains that set a rate."""

from easterly._kernel._core.traffic import (
    growths,
    log_gamma,
    log_moments,
    modulated,
    noise,
    noise_covariance,
    octaves,
    on_off,
    poisson_counts,
    real_values,
    stationary,
    variances,
)

__all__ = [
    "growths",
    "log_gamma",
    "log_moments",
    "modulated",
    "noise",
    "noise_covariance",
    "octaves",
    "on_off",
    "poisson_counts",
    "real_values",
    "stationary",
    "variances",
]
