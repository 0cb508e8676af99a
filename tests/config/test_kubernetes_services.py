"""Services, pods and attachments of Kubernetes: read by PyYAML and by kubectl, and agreeing with files of hosts."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import yaml
from tests.address.sites import fabric, site
from tests.config.fronts.test_fronts import CHAT
from tests.lab import absent, require

from easterly import config
from easterly.config import haproxy
from easterly.config.kubernetes.clashes import clashes
from easterly.model.outcome import DeviceConfigs
from easterly.study.nouns import Nouns
from easterly.study.rendering import rendered

SPEC = {
    "chat": {**CHAT, "tenant": "acme", "front": {"server": "triton", "every": "2500ms"}}, "Loud": dict(CHAT),
    "talk": {**CHAT, "mode": "disaggregated", "replicas": {"prefill": 2, "decode": 1}, "front": {"software": "nginx"}},
}  # fmt: skip
ASKED = "k8s.v1.cni.cncf.io/networks"


@cache
def files():
    spec = site({"train": fabric(count=8)}, tenants={"acme": {}}, services=SPEC)
    return {file.path: file for file in rendered(Nouns(spec), ["kubernetes"])["kubernetes"]}


def made(gpus, nics, **service):
    """Files of one service on eight hosts of so many GPUs and interfaces."""
    hardware = {
        "switches": {"sw": {"ports": 64, "rate": "400Gb/s"}},
        "hosts": {"gpu2": {"gpus": gpus, "nics": nics, "nic_rate": "400Gb/s", "scaleup": "3.6Tb/s"}},
    }
    tiers = {"leaf": {"type": "sw", "down": 4 * nics, "up": 4}}
    spec = site({"train": fabric(count=8, **tiers)}, hardware=hardware, services={"chat": {**CHAT, **service}})
    found = rendered(Nouns(spec), ["kubernetes", "linux", "haproxy"]).values()
    return {file.path: file for each in found for file in each}


def objects(path, given=None):
    text = (given or files())[path].text
    return [d for d in yaml.safe_load_all(text) if d]


def pods(given):
    """Of each Deployment: name, host, GPUs, ports, what it asks Multus for, whether it has the host's network."""
    for each in objects("kubernetes/services.yaml", given):
        if each["kind"] == "Deployment":
            template = each["spec"]["template"]
            [container] = template["spec"]["containers"]
            assert each["spec"]["replicas"] == 1 and each["spec"]["strategy"] == {"type": "Recreate"}
            assert each["spec"]["selector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
            yield (
                each["metadata"]["name"], template["spec"]["nodeSelector"]["kubernetes.io/hostname"],
                int(container["resources"]["limits"]["nvidia.com/gpu"]),
                [port["containerPort"] for port in container.get("ports", [])],
                json.loads(template["metadata"].get("annotations", {}).get(ASKED, "[]")),
                template["spec"].get("hostNetwork", False),
            )  # fmt: skip


def planned(given, host):
    """Interfaces of a host as netplan is told of them."""
    return yaml.safe_load(given[f"linux/{host}.yaml"].text)["network"]["ethernets"]


def test_pods_have_the_labels_that_services_look_for():
    found = {(o["kind"], o["metadata"]["name"]): o for o in objects("kubernetes/services.yaml")}
    assert set(found) == {
        ("Service", "chat"), ("Service", "talk"), *(("Deployment", f"chat-both-{n}") for n in range(3)),
        ("Deployment", "talk-prefill-0"), ("Deployment", "talk-prefill-1"), ("Deployment", "talk-decode-0"),
    }  # fmt: skip
    for name, space, replicas in (("chat", "acme", 3), ("talk", "default", 2)):
        service = found["Service", name]
        asked = [
            o["spec"]["template"] for o in found.values() if o["kind"] == "Deployment"
            and service["spec"]["selector"].items() <= o["spec"]["template"]["metadata"]["labels"].items()
            and o["metadata"]["namespace"] == service["metadata"]["namespace"] == space
        ]  # fmt: skip
        assert len(asked) == replicas and service["spec"]["ports"][0]["targetPort"] == "http"
        for pod in asked:
            [container] = pod["spec"]["containers"]
            assert pod["metadata"]["labels"]["tenant"] == space and container["ports"][0]["name"] == "http"
            assert container["env"] == [{"name": "PORT", "value": str(container["ports"][0]["containerPort"])}]
    assert "# No service Loud" in files()["kubernetes/services.yaml"].text
    [container] = found["Deployment", "chat-both-0"]["spec"]["template"]["spec"]["containers"]
    assert container["readinessProbe"] == {"httpGet": {"path": "/v2/health/ready", "port": "http"}, "periodSeconds": 3}


def test_every_network_that_pods_name_is_there():
    there = {(o["metadata"]["namespace"], o["metadata"]["name"]): o for o in objects("kubernetes/attachments.yaml")}
    named = set()
    for o in (o for o in objects("kubernetes/services.yaml") if o["kind"] == "Deployment"):
        for asked in json.loads(o["spec"]["template"]["metadata"]["annotations"][ASKED]):
            named.add((o["metadata"]["namespace"], asked["name"]))
            moved, chained = json.loads(there[o["metadata"]["namespace"], asked["name"]]["spec"]["config"])["plugins"]
            assert moved["device"] == asked["interface"] and moved["capabilities"] == {"ips": True}
            assert (moved["type"], moved["ipam"]["type"], chained) == ("host-device", "static", {"type": "sbr"})
    assert named == set(there)


# GPUs and interfaces of a host, GPUs of a replica; interfaces of the pods of the first host, by hand.
NEAR = [
    (8, 2, 4, [["nic0"], ["nic1"]]), (8, 2, 8, [["nic0", "nic1"]]), (8, 8, 1, [[f"nic{n}"] for n in range(8)]),
    (8, 8, 2, [[f"nic{2 * n}", f"nic{2 * n + 1}"] for n in range(4)]), (4, 8, 2, [["nic0", "nic1", "nic2", "nic3"],
    ["nic4", "nic5", "nic6", "nic7"]]), (2, 1, 2, [["nic0"]]),
]  # fmt: skip


@pytest.mark.parametrize(("gpus", "nics", "tp", "near"), NEAR)
def test_every_pod_has_the_interfaces_next_to_its_gpus_as_its_host_had_them(gpus, nics, tp, near):
    given = made(gpus, nics, tp=tp, replicas={"both": 2 * len(near) + 1})
    there = {o["metadata"]["name"]: o for o in objects("kubernetes/attachments.yaml", given)}
    found = list(pods(given))
    first = [[each["interface"] for each in asked] for _, host, _, _, asked, _ in found if host == found[0][1]]
    assert first == near and not any(shared for *_, shared in found)
    taken = Counter((host, each["interface"]) for _, host, _, _, asked, _ in found for each in asked)
    assert set(taken.values()) == {1}
    for _, host, count, _, asked, _ in found:
        assert count == tp
        for each in asked:
            own = planned(given, host)[each["interface"]]
            moved = json.loads(there[each["name"]]["spec"]["config"])["plugins"][0]
            assert moved["device"] == each["interface"] and each["ips"] == own["addresses"]
            ways = [(way["to"], way["via"]) for way in own["routes"] if "via" in way and "table" in way]
            assert [(way["dst"], way["gw"]) for way in moved["ipam"]["routes"]] == ways and ways


@pytest.mark.parametrize(("gpus", "nics", "tp"), [(8, 2, 4), (8, 2, 2), (8, 8, 2)])
def test_the_front_end_finds_each_pod_where_it_listens(gpus, nics, tp):
    given = made(gpus, nics, tp=tp, replicas={"both": 5})
    listening = set()
    for _, host, _, [port], asked, shared in pods(given):
        ips = [each["ips"] for each in asked] or [nic["addresses"] for nic in planned(given, host).values()]
        assert bool(asked) is not shared
        listening |= {(each.partition("/")[0], port) for own in ips for each in own}
    servers = haproxy.parse(given["haproxy/chat.cfg"].text).servers
    assert len(servers) == 5 and {(server.address, server.port) for server in servers} <= listening


def test_pods_that_share_an_interface_stay_in_the_network_of_their_host():
    found = list(pods(made(8, 2, tp=2, replicas={"both": 5})))
    # GPUs 0 and 1 of the second host have its first interface alone: they are given it.
    assert [shared for *_, shared in found] == [True] * 4 + [False]
    assert len({(host, port) for _, host, _, [port], _, _ in found}) == 5
    assert "kubernetes/attachments.yaml" not in made(8, 2, tp=2, replicas={"both": 4})


def test_a_replica_of_two_hosts_is_two_pods_of_which_users_ask_one():
    given = made(8, 8, tp=8, pp=2, replicas={"both": 2})
    found = list(pods(given))
    assert [(name, count, ports) for name, _, count, ports, _, _ in found] == [
        ("chat-both-0", 8, [8000]), ("chat-both-worker-0-1", 8, []),
        ("chat-both-1", 8, [8000]), ("chat-both-worker-1-1", 8, []),
    ]  # fmt: skip
    assert len({host for _, host, *_ in found}) == 4
    [service] = [o for o in objects("kubernetes/services.yaml", given) if o["kind"] == "Service"]
    assert service["spec"]["selector"]["app.kubernetes.io/component"] == "both"


def test_prefill_and_decode_of_one_host_get_interfaces_and_ports_of_their_own():
    found = list(pods(made(8, 2, tp=4, mode="disaggregated", replicas={"prefill": 1, "decode": 1})))
    assert [(name, ports, [each["interface"] for each in asked]) for name, _, _, ports, asked, _ in found] == [
        ("chat-prefill-0", [8000], ["nic0"]), ("chat-decode-0", [8001], ["nic1"]),
    ]  # fmt: skip
    assert len({host for _, host, *_ in found}) == 1


def test_one_patch_and_one_image_reach_all_pods_of_a_service(tmp_path):
    """As the guide says: kustomize, which kubectl has built in, and no cluster."""
    kubectl = require("kubectl")
    for path, file in files().items():
        (tmp_path / path.removeprefix("kubernetes/")).write_text(file.text)
    (tmp_path / "server.yaml").write_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: any}\nspec: {template: {spec: {containers: "
        '[{name: server, args: [--port, "$(PORT)"]}]}}}\n'
    )
    (tmp_path / "kustomization.yaml").write_text(
        "resources: [services.yaml, attachments.yaml]\nimages: [{name: chat, newName: vllm, newTag: v1}]\n"
        'patches: [{target: {kind: Deployment, labelSelector: "app.kubernetes.io/name=chat"}, path: server.yaml}]\n'
    )
    done = subprocess.run([kubectl, "kustomize", str(tmp_path)], capture_output=True, text=True, check=True)
    said = {o["metadata"]["name"]: o for o in yaml.safe_load_all(done.stdout) if o["kind"] == "Deployment"}
    plain = {o["metadata"]["name"]: o for o in objects("kubernetes/services.yaml") if o["kind"] == "Deployment"}
    assert said.keys() == plain.keys()
    for name, each in said.items():
        pod, before = each["spec"]["template"], plain[name]["spec"]["template"]
        [container] = pod["spec"]["containers"]
        mine = name.startswith("chat")
        assert container["image"] == ("vllm:v1" if mine else "talk")
        assert container.get("args") == (["--port", "$(PORT)"] if mine else None)
        assert pod["metadata"]["annotations"] == before["metadata"]["annotations"]


def test_the_real_static_plugin_gives_a_pod_the_addresses_and_routes_of_its_interface():
    """What Multus hands to it: an entry of the list, and the request as ``runtimeConfig`` (CNI conventions)."""
    plugin = Path("/usr/lib/cni/static")
    if not plugin.exists():
        absent("containernetworking-plugins is not installed")
    given = made(8, 2, tp=4)
    [asked] = next(pods(given))[4]
    [listed] = [json.loads(o["spec"]["config"]) for o in objects("kubernetes/attachments.yaml", given)
                if o["metadata"]["name"] == asked["name"]]  # fmt: skip
    told = {"cniVersion": listed["cniVersion"], "name": listed["name"], **listed["plugins"][0]}
    env = {
        "CNI_COMMAND": "ADD", "CNI_CONTAINERID": "pod", "CNI_NETNS": "/none", "CNI_IFNAME": asked["interface"],
        "CNI_PATH": str(plugin.parent),
    }  # fmt: skip

    def answer(ips):
        text = json.dumps({**told, "runtimeConfig": {"ips": ips}})
        done = subprocess.run([plugin], input=text, env=env, capture_output=True, text=True)
        return json.loads(done.stdout)

    said = answer(asked["ips"])
    assert [each["address"] for each in said["ips"]] == asked["ips"] and len(asked["ips"]) == 2
    assert said["routes"] == told["ipam"]["routes"]
    # An address without its length is what it refuses.
    assert "CIDR" in answer([each.partition("/")[0] for each in asked["ips"]])["msg"]


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


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('{"name": "nic1-via-10-64-0-1"', '{"name": "nic0-via-10-64-0-1"',
         "chat-both-1 asks for nic0-via-10-64-0-1 of train-host-0, which chat-both-0 has"),
        ('"10.64.0.3/', '"10.64.0.2/', "chat-both-1 asks for 10.64.0.2/28, which chat-both-0 has"),
        ("replicas: 1", "replicas: 2",
         "its 2 pods ask for nic0-via-10-64-0-1, which only one pod of a host can have"),
        ("networks: '[{", "networks: '[", "a Deployment is not understood"), ("spec:\n", "spec: [\n", "is no YAML"),
    ],
)  # fmt: skip
def test_pods_that_somebody_had_ask_for_the_same_are_told_with_their_line(old, new, told):
    file = made(8, 2, tp=4)["kubernetes/services.yaml"]
    text = file.text.replace(old, new, 1)
    found = [f for f in config.reread([file], {file.path: text}) if f.code != "E933"]
    assert [f.code for f in found] == ["E932" if "not understood" in told or "no YAML" in told else "E935"]
    assert told in found[0].message and 1 <= found[0].line <= len(text.splitlines())
    if found[0].code == "E935":
        assert "networks" in text.splitlines()[found[0].line - 1]
    assert list(clashes("kubernetes", file.text)) == []
