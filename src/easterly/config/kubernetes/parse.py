"""Network policies read back: which tenant's pods may open connections to which."""

from __future__ import annotations


def allowed(text: str) -> tuple[tuple[str, str], ...]:
    """Pairs of different tenants of which the first may open connections to the second.

    Parameters
    ----------
    text : str
        YAML documents; those that are no ``NetworkPolicy`` are skipped.

    Returns
    -------
    tuple of (str, str)
        Sorted. The sender's egress and the receiver's ingress both list the other.
    """
    import yaml

    out: set[tuple[str, str]] = set()
    into: set[tuple[str, str]] = set()
    for document in yaml.safe_load_all(text):
        if not isinstance(document, dict) or document.get("kind") != "NetworkPolicy":
            continue
        owner, spec = document["metadata"]["labels"]["tenant"], document["spec"]
        for rules, key, pairs, sends in ((spec["egress"], "to", out, True), (spec["ingress"], "from", into, False)):
            for peer in (peer for one in rules for peer in one[key]):
                other = peer["namespaceSelector"]["matchLabels"]["tenant"]
                pairs.add((owner, other) if sends else (other, owner))
    return tuple(sorted(pair for pair in out & into if pair[0] != pair[1]))
