"""What follows from numbers that are claimed of a network, and what does not."""

from easterly.verify.follow.availability import availability_claim, budget_s, failover_share, joint_errors, replicated
from easterly.verify.follow.binomial import at_most, fewest_samples, proven_share
from easterly.verify.follow.quantile import exponential_s, pareto_needed, quantile_claim
from easterly.verify.follow.speedup import (
    batch_needed,
    cut_needed,
    healthy_share,
    share_needed,
    speedup_claim,
    throughput_ratio,
)
from easterly.verify.follow.statement import Follows, Statement

__all__ = [
    "Follows", "Statement", "at_most", "availability_claim", "batch_needed", "budget_s", "cut_needed", "exponential_s",
    "failover_share", "fewest_samples", "healthy_share", "joint_errors", "pareto_needed", "proven_share",
    "quantile_claim", "replicated", "share_needed", "speedup_claim", "throughput_ratio",
]  # fmt: skip
