"""Services of Kubernetes for inference: names of pods, the pods themselves, and the interfaces that they are given."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping

from easterly.config.fronts.front import Front
from easterly.config.kubernetes.attachments import Key, attachments, key
from easterly.config.kubernetes.attachments import render as networks
from easterly.config.kubernetes.pods import Pod, pods, space_of
from easterly.config.kubernetes.render import HEAD, LABEL, NAME
from easterly.config.linux import Host
from easterly.model.fronting import Pods
from easterly.model.network import Network
from easterly.model.outcome import Artifact
from easterly.model.spec.site import Site

APP = "app.kubernetes.io"


def services(
    site: Site, network: Network, fronts: Mapping[str, Front], rows: Pods, hosts: Iterable[Host]
) -> list[Artifact]:  # fmt: skip
    """``kubernetes/services.yaml``: each inference service as a ``Service``, and a ``Deployment`` for every pod.

    The front end balances, so the ``Service`` has no address of its own, and only names pods. A replica is a pod, or
    one for each of its hosts: on the host of the plan, with the interfaces nearest to its GPUs and their addresses.
    Pods of one ``Deployment`` could not differ in that. The image has the name of the service, for kustomize to
    replace. Services whose name Kubernetes does not take get a comment.

    Parameters
    ----------
    site : Site
    network : Network
    fronts : mapping of str to Front
        By service.
    rows : Pods
    hosts : iterable of Host
        Interfaces with their addresses and routes.

    Returns
    -------
    list of Artifact
        With ``kubernetes/attachments.yaml``: interfaces as networks of Multus.
    """
    by_service: dict[str, list[Pod]] = defaultdict(list)
    for pod in pods(site, network, rows, hosts):
        by_service[pod.service].append(pod)
    own = {name: found for name, found in sorted(by_service.items()) if name in fronts}
    taken = [name for name in own if NAME.match(name) and NAME.match(space_of(site, name))]
    if not taken:
        return []
    named = attachments(pod for name in taken for pod in own[name])
    documents: list[str] = []
    for name, found in own.items():
        if name not in taken:
            documents.append(f"# No service {name}: Kubernetes takes lower-case letters, digits and '-' alone.\n")
            continue
        documents.append(_text(_service(found)))
        documents += [_text(_deployment(pod, fronts[name], named)) for pod in found]
    files = {"services.yaml": documents}
    if named:
        files["attachments.yaml"] = list(networks(named))
    return [
        Artifact(f"kubernetes/{name}", HEAD + "".join(f"---\n{d}" for d in found), "", "kubernetes", f"k8s {name}")
        for name, found in files.items()
    ]  # fmt: skip


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def _chosen(pod: Pod) -> str:
    """Labels that selectors look for."""
    return f'{APP}/name: "{pod.service}", {APP}/component: {pod.component}'


def _labels(pod: Pod) -> str:
    return f'{APP}/managed-by: easterly, {LABEL}: "{pod.space}"'


def _service(found: list[Pod]) -> list[str]:
    """The pods that users ask; each listens at the port that it calls ``http``."""
    first = found[0]
    return [
        "apiVersion: v1", "kind: Service",
        f'metadata: {{name: "{first.service}", namespace: "{first.space}", '
        f"labels: {{{_chosen(first)}, {_labels(first)}}}}}", "spec:",
        "  clusterIP: None", f"  selector: {{{_chosen(first)}}}", "  ports:",
        f"  - {{name: http, port: {first.port}, targetPort: http, protocol: TCP, appProtocol: http}}",
    ]  # fmt: skip


def _deployment(pod: Pod, front: Front, named: Mapping[Key, str]) -> list[str]:
    """One pod; the old one goes before the new one comes, as both need the same GPUs, interfaces and port."""
    own = f'{_chosen(pod)}, {APP}/instance: "{pod.instance}"'
    return [
        f"# {_placed(pod)}", "apiVersion: apps/v1", "kind: Deployment",
        f'metadata: {{name: "{pod.name}", namespace: "{pod.space}", labels: {{{own}, {_labels(pod)}}}}}', "spec:",
        "  replicas: 1", "  strategy: {type: Recreate}", f"  selector: {{matchLabels: {{{own}}}}}", "  template:",
        "    metadata:", f"      labels: {{{own}, {_labels(pod)}}}", *_networks(pod, named), "    spec:",
        f'      nodeSelector: {{kubernetes.io/hostname: "{pod.host}"}}',
        *(["      hostNetwork: true", "      dnsPolicy: ClusterFirstWithHostNet"] if pod.shared else []),
        "      containers:", "        - name: server", f'          image: "{pod.service}"',
        *(_asked(pod.port, front) if pod.port else []),
        f'          resources: {{limits: {{nvidia.com/gpu: "{pod.gpus}"}}}}',
    ]  # fmt: skip


def _placed(pod: Pod) -> str:
    last = pod.gpu + pod.gpus - 1
    gpus = f"GPU {pod.gpu}" if pod.gpus == 1 else f"GPUs {pod.gpu} to {last}"
    if pod.shared:
        return f"{gpus} of {pod.host}. Others there use {' and '.join(pod.shared)} too: ports tell them apart."
    return f"{gpus} of {pod.host}" + "".join(f", {nic.name}" for nic in pod.nics)


def _networks(pod: Pod, named: Mapping[Key, str]) -> list[str]:
    """Interfaces of its own, called as on the host; pods that share one stay in the host's network."""
    if pod.shared or not pod.nics:
        return []
    asked = [{"name": named[key(pod, nic)], "interface": nic.name, "ips": list(nic.addresses)} for nic in pod.nics]
    return ["      annotations:", f"        k8s.v1.cni.cncf.io/networks: '{json.dumps(asked)}'"]


def _asked(port: int, front: Front) -> list[str]:
    """Where it listens, which its arguments may name as ``$(PORT)``, and the question whether it is well."""
    return [
        f'          env: [{{name: PORT, value: "{port}"}}]',
        f"          ports: [{{name: http, containerPort: {port}}}]",
        *([
            "          readinessProbe:", f"            httpGet: {{path: {front.check}, port: http}}",
            f"            periodSeconds: {-(-front.every_ms // 1000)}",
        ] if front.check else []),
    ]  # fmt: skip
