"""Services of Kubernetes for inference, what their pods have to say, and the interfaces that pods are given."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from easterly.config.fronts.front import Front
from easterly.config.kubernetes.render import HEAD, LABEL, NAME
from easterly.model.fronting import Replicas
from easterly.model.network import Network
from easterly.model.outcome import Artifact
from easterly.model.spec.site import Site

APP = "app.kubernetes.io"
CNI = "0.4.0"


def services(site: Site, network: Network, fronts: list[Front], replicas: Replicas) -> list[Artifact]:
    """``kubernetes/services.yaml``: of each inference service a ``Service`` without an address of its own, and a patch.

    The front end balances, so the ``Service`` only names pods. The patch is for the ``Deployment`` that the user has
    (kustomize, strategic merge): labels, replicas, the question whether a pod is well in the container ``server``, and
    the interfaces that it is attached to. Services whose name Kubernetes does not take get a comment.

    Parameters
    ----------
    site : Site
    network : Network
        Interfaces of hosts.
    fronts : list of Front
    replicas : Replicas

    Returns
    -------
    list of Artifact
        With ``kubernetes/attachments.yaml``: interfaces as networks of Multus, addresses given by whoever starts a pod.
    """
    role = dict(zip(replicas.service.tolist(), replicas.role.tolist(), strict=True))
    gpus = dict(zip(replicas.service.tolist(), replicas.gpus.tolist(), strict=True))
    nics = int(np.diff(network.hosts.nic_ptr).max(initial=0))
    documents: list[str] = []
    spaces: dict[str, None] = {}
    for front in fronts:
        space = site.services[front.name].tenant or "default"
        if not NAME.match(front.name) or not NAME.match(space):
            documents.append(f"# No service {front.name}: Kubernetes takes lower-case letters, digits and '-' alone.\n")
            continue
        spaces[space] = None
        lines = _service(front, space, role[front.name])
        documents += [
            "\n".join(lines) + "\n",
            "\n".join(_patch(front, space, role[front.name], gpus[front.name], nics)) + "\n",
        ]
    if not spaces:
        return []
    files = {"services.yaml": documents, "attachments.yaml": list(_attachments(spaces, nics))}
    return [
        Artifact(f"kubernetes/{name}", HEAD + "".join(f"---\n{d}" for d in found), "", "kubernetes", f"k8s {name}")
        for name, found in files.items()
    ]  # fmt: skip


def _labels(front: Front, space: str, role: str) -> str:
    return f'{{{APP}/name: "{front.name}", {APP}/component: {role}, {APP}/managed-by: easterly, {LABEL}: "{space}"}}'


def _service(front: Front, space: str, role: str) -> list[str]:
    port = min(server.port for server in front.servers)
    return [
        "apiVersion: v1", "kind: Service",
        f'metadata: {{name: "{front.name}", namespace: "{space}", labels: {_labels(front, space, role)}}}', "spec:",
        "  clusterIP: None", f'  selector: {{{APP}/name: "{front.name}", {APP}/component: {role}}}', "  ports:",
        f"  - {{name: http, port: {port}, targetPort: {port}, protocol: TCP, appProtocol: http}}",
    ]  # fmt: skip


def _patch(front: Front, space: str, role: str, gpus: int, nics: int) -> list[str]:
    """What a Deployment must say; the image and its arguments are the user's."""
    port, networks = min(server.port for server in front.servers), ",".join(f"nic{n}" for n in range(nics))
    probe = [
        "          readinessProbe:",
        f"            httpGet: {{path: {front.check}, port: {port}}}",
        f"            periodSeconds: {-(-front.every_ms // 1000)}",
    ]
    return [
        "# A patch of the Deployment that you have (kustomize, strategic merge): alone it lacks selector and image.",
        "apiVersion: apps/v1", "kind: Deployment",
        f'metadata: {{name: "{front.name}", namespace: "{space}", labels: {_labels(front, space, role)}}}', "spec:",
        f"  replicas: {len(front.servers)}", "  template:", "    metadata:",
        f"      labels: {_labels(front, space, role)}",
        f'      annotations: {{k8s.v1.cni.cncf.io/networks: "{networks}"}}', "    spec:", "      containers:",
        "        - name: server", f"          ports: [{{name: http, containerPort: {port}}}]",
        f'          resources: {{limits: {{nvidia.com/gpu: "{gpus}"}}}}', *(probe if front.check else []),
    ]  # fmt: skip


def _attachments(spaces: dict[str, None], nics: int) -> Iterator[str]:
    """Every interface of a host as a network: it moves into the pod, whose addresses come with the request."""
    for space in spaces:
        for number in range(nics):
            plugin = {
                "cniVersion": CNI, "type": "host-device", "device": f"nic{number}", "capabilities": {"ips": True},
                "ipam": {"type": "static"},
            }  # fmt: skip
            yield "\n".join([
                "# Whoever asks for it names the addresses (ips): this interface has none of its own.",
                "apiVersion: k8s.cni.cncf.io/v1", "kind: NetworkAttachmentDefinition",
                f'metadata: {{name: nic{number}, namespace: "{space}"}}', "spec:",
                f"  config: '{json.dumps(plugin)}'", "",
            ])  # fmt: skip
