"""A ``NetworkPolicy`` for every tenant's namespaces."""

from __future__ import annotations

import re

from easterly.model.isolation import Isolation
from easterly.model.outcome import Artifact

HEAD = "# Written by Easterly from the site file.\n"
LABEL = "tenant"
"""Label of namespaces, the same that Kueue's queues select by."""
NAME = re.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")


def render(made: Isolation) -> list[Artifact]:
    """One policy for each fenced tenant, named and put into a namespace after it.

    It selects all pods, so that what it does not list is refused in both directions (Kubernetes, concepts/services
    -networking/network-policies): a connection needs the sender's ``egress`` and the receiver's ``ingress``.
    Tenants are found by the label ``tenant`` of their namespaces. Replies need no rule.
    A tenant whose name Kubernetes takes for no namespace gets a comment instead.
    """
    rows, tenants = made.parties, set(made.parties.name[made.parties.kind == "tenant"].tolist())
    allowed = list(zip(made.allowed.src.tolist(), made.allowed.dst.tolist(), strict=True))
    documents = [
        _policy(name, [name, *(b for a, b in allowed if a == name and b in tenants)],
                [name, *(a for a, b in allowed if b == name and a in tenants)])
        for name, fenced in zip(rows.name.tolist(), rows.fenced.tolist(), strict=True) if fenced and name in tenants
    ]  # fmt: skip
    if not documents:
        return []
    text = HEAD + "".join(f"---\n{document}" for document in documents)
    return [Artifact("kubernetes/isolation.yaml", text, "", "kubernetes", "kubernetes isolation.yaml")]


def _policy(name: str, egress: list[str], ingress: list[str]) -> str:
    if not NAME.match(name):
        return f"# No policy for {name}: Kubernetes takes lower-case letters, digits and '-' alone.\n"
    lines = [
        "apiVersion: networking.k8s.io/v1", "kind: NetworkPolicy",
        f'metadata: {{name: isolation, namespace: "{name}", labels: {{{LABEL}: "{name}"}}}}', "spec:",
        "  podSelector: {}", "  policyTypes: [Ingress, Egress]",
        "  ingress:", "  - from:", *map(_peer, dict.fromkeys(ingress)),
        "  egress:", "  - to:", *map(_peer, dict.fromkeys(egress)),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _peer(name: str) -> str:
    return f'    - namespaceSelector: {{matchLabels: {{{LABEL}: "{name}"}}}}'
