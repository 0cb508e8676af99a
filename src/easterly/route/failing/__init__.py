"""What failures do: cases, the policy in place, and the best routing of each case."""

from easterly.route.failing.table import failures

__all__ = ["failures"]
