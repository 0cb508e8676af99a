"""Worst cases of a planned site: what no run exceeds."""

from easterly.study.bounds.site import Envelopes, SiteBounds, bound_site, envelopes

__all__ = ["Envelopes", "SiteBounds", "bound_site", "envelopes"]
