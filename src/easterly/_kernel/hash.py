"""Hash functions of switches and hosts, and how they split traffic."""

__all__: list[str] = []
