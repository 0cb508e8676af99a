"""Degrees of parallelism that do not fit together."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.base.findings import Finding
from easterly.model.spec.job import Job


def misfits(job: Job) -> Iterator[Finding]:
    """E620: experts that cannot be spread over the ranks of a stage, or a state that cannot be over the replicas."""
    plan = job.parallel
    stage, inner = plan.tp * plan.cp * plan.dp, plan.etp or 1
    if stage % (plan.ep * inner):
        best = max((d for d in range(1, min(stage, plan.ep) + 1) if stage % (d * inner) == 0), default=0)
        yield Finding(
            code="E620",
            at=f"{job.origin}/parallel/ep",
            message=f"ep x etp = {plan.ep * inner} does not divide the {stage} ranks of a stage (tp x cp x dp)",
            hint=f"ep: {best} does" if best else f"etp: 1, or a divisor of {stage}",
        )
    if plan.shard is not None and (plan.dp * plan.cp) % plan.shard:
        yield Finding(
            code="E620",
            at=f"{job.origin}/parallel/shard",
            message=f"shard {plan.shard} does not divide the {plan.dp * plan.cp} replicas (dp x cp)",
            hint="leave it out to shard over all of them",
        )
