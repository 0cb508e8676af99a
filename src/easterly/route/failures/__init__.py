"""What failures do: cases, the policy in place, and the best routing of each case."""
