"""Admission control: guaranteed service, controlled load by parameters and by measurement."""

from easterly.qos.admission.guaranteed import (
    FlowSpec,
    Hop,
    Reservations,
    buffer_B,
    delay_bound_s,
    reserve_path,
    smallest_rate_Bps,
)
from easterly.qos.admission.measured import (
    Decision,
    Measured,
    TimeWindow,
    by_parameters,
    hoeffding,
    hoeffding_Bps,
    measured_sum,
)

__all__ = [
    "Decision",
    "FlowSpec",
    "Hop",
    "Measured",
    "Reservations",
    "TimeWindow",
    "buffer_B",
    "by_parameters",
    "delay_bound_s",
    "hoeffding",
    "hoeffding_Bps",
    "measured_sum",
    "reserve_path",
    "smallest_rate_Bps",
]
