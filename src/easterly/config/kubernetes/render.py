"""Network policies for every tenant's namespaces."""

from __future__ import annotations

import re
from collections import defaultdict

from easterly.model.isolation import Isolation
from easterly.model.outcome import Artifact

HEAD = "# Written by Easterly from the site file.\n"
LABEL = "tenant"
"""Label of namespaces, the same that Kueue's queues select by."""
NAME = re.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")


def render(made: Isolation) -> list[Artifact]:
    """Two policies for each fenced tenant, in a namespace that is named after it.

    ``default-deny`` selects all pods and lists nothing, so that both directions are refused (Kubernetes,
    concepts/services-networking/network-policies); ``isolation`` adds what is allowed: a connection needs the sender's
    ``egress`` and the receiver's ``ingress``. Tenants are found by the label ``tenant`` of their namespaces, security
    zones, which have no pods, by their addresses. Replies need no rule.
    A tenant whose name Kubernetes takes for no namespace gets a comment instead.
    """
    rows, tenants = made.parties, set(made.parties.name[made.parties.kind == "tenant"].tolist())
    blocks: dict[str, list[str]] = defaultdict(list)
    for party, prefix in zip(made.holdings.party.tolist(), made.holdings.prefix.tolist(), strict=True):
        if party not in tenants:
            blocks[party].append(prefix)
    allowed = list(zip(made.allowed.src.tolist(), made.allowed.dst.tolist(), strict=True))

    def peers(names: list[str]) -> list[str]:
        made = [line for name in dict.fromkeys(names) for line in (
            [_namespaces(name)] if name in tenants else [f'    - ipBlock: {{cidr: "{each}"}}' for each in blocks[name]]
        )]  # fmt: skip
        return list(dict.fromkeys(made))

    documents = [
        _policies(name, peers([name, *(b for a, b in allowed if a == name)]),
                  peers([name, *(a for a, b in allowed if b == name)]))
        for name, fenced in zip(rows.name.tolist(), rows.fenced.tolist(), strict=True) if fenced and name in tenants
    ]  # fmt: skip
    if not documents:
        return []
    text = HEAD + "".join(f"---\n{document}" for document in documents)
    return [Artifact("kubernetes/isolation.yaml", text, "", "kubernetes", "kubernetes isolation.yaml")]


def _policies(name: str, egress: list[str], ingress: list[str]) -> str:
    if not NAME.match(name):
        return f"# No policy for {name}: Kubernetes takes lower-case letters, digits and '-' alone.\n"
    lines = [
        *_head("default-deny", name), "---", *_head("isolation", name),
        "  ingress:", "  - from:", *ingress, "  egress:", "  - to:", *egress,
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _head(policy: str, tenant: str) -> list[str]:
    return [
        "apiVersion: networking.k8s.io/v1", "kind: NetworkPolicy",
        f'metadata: {{name: {policy}, namespace: "{tenant}", labels: {{{LABEL}: "{tenant}"}}}}', "spec:",
        "  podSelector: {}", "  policyTypes: [Ingress, Egress]",
    ]  # fmt: skip


def _namespaces(name: str) -> str:
    return f'    - namespaceSelector: {{matchLabels: {{{LABEL}: "{name}"}}}}'
