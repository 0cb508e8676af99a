"""What if: one site many times, each time with other values; what that does, where, and what it costs."""
