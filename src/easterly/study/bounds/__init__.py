"""Worst cases of a planned site: what no run exceeds."""

from easterly.study.bounds.change import Extra, SiteChange, change_site
from easterly.study.bounds.site import Envelopes, SiteBounds, bound_site, envelopes

__all__ = ["Envelopes", "Extra", "SiteBounds", "SiteChange", "bound_site", "change_site", "envelopes"]
