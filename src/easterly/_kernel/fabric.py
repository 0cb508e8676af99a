"""Routes of structured fabrics, by formula."""

__all__: list[str] = []
