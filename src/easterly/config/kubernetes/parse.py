"""Network policies read back: whose pods may open connections to whose, and to and from which addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

OPEN = "no network policy"
"""What lets everything pass: pods that no policy selects are open (Kubernetes, default behaviour)."""


class Grant(NamedTuple):
    """A pair of different tenants of which the first may open connections to the second, and by which lines."""

    src: str
    dst: str
    rule: str


@dataclass(slots=True)
class Policies:
    """What the policies of one tenant's namespace list, each with its line; None where no policy is of that kind.

    Attributes
    ----------
    to, by : dict of str to int
        Tenants that its pods may open connections to, and by which they may be opened.
    blocks_to, blocks_by : dict of str to int
        Prefixes, likewise.
    """

    to: dict[str, int] | None = None
    by: dict[str, int] | None = None
    blocks_to: dict[str, int] = field(default_factory=dict)
    blocks_by: dict[str, int] = field(default_factory=dict)


def policies(text: str) -> dict[str, Policies]:
    """Policies by tenant.

    Parameters
    ----------
    text : str
        YAML documents; those that are no ``NetworkPolicy`` are skipped.

    Raises
    ------
    ValueError
        No YAML, or a policy that selects some pods only, ports, or peers other than namespaces of a tenant and
        prefixes.
    """
    import yaml

    from easterly.model import yamls

    found: dict[str, Policies] = {}
    try:
        nodes = [node for node in yamls.compose_all(text) if isinstance(node, yaml.MappingNode)]
        for node in nodes:
            read = plain(node)
            if read.get("kind") == "NetworkPolicy":
                _policy(read, found)
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"network policies: not understood: {error}") from None
    return found


class _Line(dict[str, Any]):
    """A mapping that knows its line."""

    line = 0


def plain(node: Any) -> Any:
    """What a node of YAML says: mappings, which know their line, lists and text."""
    import yaml

    if isinstance(node, yaml.MappingNode):
        made = _Line({key.value: plain(value) for key, value in node.value})
        made.line = node.start_mark.line + 1
        return made
    return [plain(each) for each in node.value] if isinstance(node, yaml.SequenceNode) else node.value


def _policy(read: dict[str, Any], found: dict[str, Policies]) -> None:
    spec, tenant = read["spec"], read["metadata"]["namespace"]
    if spec["podSelector"]:
        raise ValueError(f"network policy of {tenant}: it selects some pods; what all of them may is not known")
    mine = found.setdefault(tenant, Policies())
    kinds = spec.get("policyTypes", ["Ingress"])
    if "Egress" in kinds:
        mine.to = mine.to or {}
        _peers(spec.get("egress") or [], "to", mine.to, mine.blocks_to)
    if "Ingress" in kinds:
        mine.by = mine.by or {}
        _peers(spec.get("ingress") or [], "from", mine.by, mine.blocks_by)


def _peers(rules: Iterable[Mapping[str, Any]], key: str, names: dict[str, int], blocks: dict[str, int]) -> None:
    for peer in (peer for rule in rules for peer in rule[key]):
        if set(peer) == {"ipBlock"} and set(peer["ipBlock"]) == {"cidr"}:
            blocks[peer["ipBlock"]["cidr"]] = peer.line
        elif set(peer) == {"namespaceSelector"}:
            names[peer["namespaceSelector"]["matchLabels"]["tenant"]] = peer.line
        else:
            raise ValueError(f"network policies: line {peer.line} is not understood: {dict(peer)}")


def grants(text: str, tenants: Iterable[str], path: str = "kubernetes/isolation.yaml") -> Iterator[Grant]:
    """Every pair of tenants whose pods may open connections, and by which lines.

    Parameters
    ----------
    text : str
    tenants : iterable of str
        Tenants with pods: what no policy selects is open.
    path : str
        Name of the file, for the rules.
    """
    found = policies(text)
    for src in sorted(tenants):
        for dst in sorted(tenants):
            out, into = found.get(src, Policies()).to, found.get(dst, Policies()).by
            if src != dst and (out is None or dst in out) and (into is None or src in into):
                ways = [OPEN + f" of {who}" if lines is None else f"{path}:{lines[peer]}"
                        for who, lines, peer in ((src, out, dst), (dst, into, src))]  # fmt: skip
                yield Grant(src, dst, " > ".join(ways))


def allowed(text: str) -> tuple[tuple[str, str], ...]:
    """Pairs of different tenants of which the first may open connections to the second.

    Parameters
    ----------
    text : str
        As for `policies`.

    Returns
    -------
    tuple of (str, str)
        Sorted. The sender's egress and the receiver's ingress both list the other.
    """
    return tuple((grant.src, grant.dst) for grant in grants(text, policies(text)))
