"""Services and attachments of Kubernetes: read by PyYAML and by kubectl, and agreeing with each other."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from functools import cache

import pytest
import yaml
from tests.address.sites import fabric, site
from tests.config.fronts.test_fronts import CHAT

from easterly import config
from easterly.model.outcome import DeviceConfigs
from easterly.study.nouns import Nouns
from easterly.study.rendering import rendered

SPEC = {
    "chat": {**CHAT, "tenant": "acme", "front": {"server": "triton", "every": "2500ms"}}, "Loud": dict(CHAT),
    "talk": {**CHAT, "mode": "disaggregated", "replicas": {"prefill": 2, "decode": 1}, "front": {"software": "nginx"}},
}  # fmt: skip


@cache
def files():
    spec = site({"train": fabric(count=8)}, tenants={"acme": {}}, services=SPEC)
    return {file.path: file for file in rendered(Nouns(spec), ["kubernetes"])["kubernetes"]}


def objects(path):
    return [d for d in yaml.safe_load_all(files()[path].text) if d]


def test_pods_have_the_labels_that_services_look_for():
    found = {(o["kind"], o["metadata"]["name"]): o for o in objects("kubernetes/services.yaml")}
    assert set(found) == {(kind, name) for kind in ("Service", "Deployment") for name in ("chat", "talk")}
    for name, space, replicas in (("chat", "acme", 3), ("talk", "default", 2)):
        service, pods = found["Service", name], found["Deployment", name]["spec"]
        labels = pods["template"]["metadata"]["labels"]
        assert service["spec"]["selector"].items() <= labels.items()
        assert {o["metadata"]["namespace"] for o in (service, found["Deployment", name])} == {space}
        assert labels["tenant"] == space and pods["replicas"] == replicas
        [container] = pods["template"]["spec"]["containers"]
        assert service["spec"]["ports"][0]["targetPort"] == container["ports"][0]["containerPort"] == 8000
    assert "# No service Loud" in files()["kubernetes/services.yaml"].text
    [container] = found["Deployment", "chat"]["spec"]["template"]["spec"]["containers"]
    assert container["readinessProbe"] == {"httpGet": {"path": "/v2/health/ready", "port": 8000}, "periodSeconds": 3}


def test_every_network_that_pods_name_is_there():
    there = {(o["metadata"]["namespace"], o["metadata"]["name"]): o for o in objects("kubernetes/attachments.yaml")}
    for pods in (o for o in objects("kubernetes/services.yaml") if o["kind"] == "Deployment"):
        named = pods["spec"]["template"]["metadata"]["annotations"]["k8s.v1.cni.cncf.io/networks"].split(",")
        assert named == ["nic0", "nic1"]
        for name in named:
            plugin = json.loads(there[pods["metadata"]["namespace"], name]["spec"]["config"])
            assert plugin["device"] == name and plugin["ipam"] == {"type": "static"}


def test_kubectl_takes_them_and_refuses_mistakes():
    if shutil.which("kubectl") is None:
        pytest.skip("no kubectl")
    said = config.validate(DeviceConfigs(tuple(files().values())))
    assert [(v.ok, v.output) for v in said] == [(True, "")] * 2 and said[0].validator.startswith("kubectl ")
    file = files()["kubernetes/services.yaml"]
    for old, new in (
        ("kind: Service", "kindly: Service"),
        ("spec:\n", "spec: [\n"),
    ):
        [bad] = config.validate(DeviceConfigs((replace(file, text=file.text.replace(old, new, 1)),)))
        assert bad.ok is False and bad.output and "/tmp" not in bad.output
