"""Maximum flows, minimum cuts, flows of least cost, reliability."""

__all__: list[str] = []
