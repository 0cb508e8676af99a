"""A job written out by hand: two stages, an optimiser, a checkpoint; and a service beside it."""

from __future__ import annotations

from dataclasses import replace

from tests.predict.made import demands, phase

from easterly.base.columns import floats, texts

FORWARD_S, BACKWARD_S, UPDATE_S, BUBBLE_S = 2.0, 4.0, 0.5, 1.5
PHASES = (
    # axis, collective, stage, times, every_s, time, exposed
    ("tp", "all-reduce", "forward", 100.0, 0.0, 0.6, 0.6),
    ("pp", "send", "forward", 8.0, 0.0, 0.4, 0.1),
    ("pp", "send", "backward", 8.0, 0.0, 0.4, 0.1),
    ("dp", "reduce-scatter", "optimiser", 1.0, 0.0, 1.0, 0.3),
    ("dp", "all-gather", "optimiser", 1.0, 0.0, 0.5, 0.2),
    ("checkpoint", "send", "checkpoint", 1.0, 600.0, 30.0, 0.0),
)
FLOWS = {0: (), 1: ((1, 2, 5e6), (2, 1, 3e6)), 2: ((2, 1, 5e6),), 3: ((1, 2, 1e9), (2, 1, 1e9)), 4: ((1, 3, 5e8),),
         5: ((1, 4, 9e9),)}  # fmt: skip
STEP_S = FORWARD_S + BACKWARD_S + UPDATE_S + BUBBLE_S + 0.6 + 0.1 + 0.1 + 0.3 + 0.2


def job_and_service():
    """The demand of job ``j`` of class bulk, and of service ``s`` of class quick, which sends 3 Gb/s."""
    rows = [phase("j", FLOWS[k], axis=p[0], times=p[3]) for k, p in enumerate(PHASES)]
    made = demands([*rows, phase("s", [(3, 4, 3e9)], kind="service", axis="kv", traffic_class=1)], {"j": 8.0})
    work = replace(
        made.work,
        tenant=texts(["acme", "beta"]),
        forward_s=floats([FORWARD_S, 0]),
        backward_s=floats([BACKWARD_S, 0]),
        optimizer_s=floats([UPDATE_S, 0]),
    )
    phases = replace(
        made.phases,
        collective=texts([*(p[1] for p in PHASES), "send"]),
        stage=texts([*(p[2] for p in PHASES), "steady"]),
        every_s=floats([*(p[4] for p in PHASES), 0]),
    )
    return replace(made, work=work, phases=phases)


def times():
    """Time and exposed time per step of each phase; none for what is beside the steps."""
    inside = [p[4] == 0 for p in PHASES]
    return (
        floats([*(p[5] * ok for p, ok in zip(PHASES, inside, strict=True)), 0]),
        floats([*(p[6] * ok for p, ok in zip(PHASES, inside, strict=True)), 0]),
    )
