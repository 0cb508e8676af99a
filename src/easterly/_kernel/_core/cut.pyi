"""Maximum flows, minimum cuts, flows of least cost, reliability."""
