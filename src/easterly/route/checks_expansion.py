"""Rules of what is on offer: it fits links that exist."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

import numpy as np

from easterly.base.findings import Finding, did_you_mean, rule
from easterly.model.groups import group_of
from easterly.model.network import LinkKind, Network
from easterly.model.spec.site import Site


@rule("E715", "an offer fits no link")
def offers_fit(site: Site, network: Network) -> Iterator[Finding]:
    """Every place of an offer is a group of links between switches, or a pattern that some group fits."""
    if not site.expansion.offers:
        return
    groups = sorted(set(group_of(network)[np.asarray(network.links.kind != LinkKind.HOST)].tolist()))
    for offer in site.expansion.offers.values():
        for i, pattern in enumerate(offer.links):
            if not any(fnmatchcase(group, pattern) for group in groups):
                text = f"no group of links is called {pattern!r}: offer {offer.name} fits none of them"
                at = f"{offer.origin}/links/{i}" if "links" in offer.model_fields_set else offer.origin
                yield Finding("E715", at, text, did_you_mean(pattern, groups) or f"the groups are {', '.join(groups)}")
