"""Routes of structured fabrics, by formula."""

from easterly._kernel._core.fabric import distances, links, loads, next_hops, path_counts, shares

__all__ = ["distances", "links", "loads", "next_hops", "path_counts", "shares"]
