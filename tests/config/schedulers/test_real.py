"""The real slurmctld and kubectl read the files, and refuse a mistake."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from easterly.config import kueue, slurm
from easterly.config.slurm.hostlist import read
from easterly.model.blocks import blocks_of
from easterly.model.branches import branches_of
from easterly.site import blueprints, load

pytestmark = pytest.mark.lab
PORT = 26817
CONF = """\
ClusterName=t
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
AuthType=auth/none
CredType=cred/none
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/pid
TopologyPlugin=topology/tree
ProctrackType=proctrack/linuxproc
SelectType=select/cons_tres
{nodes}PartitionName=p Nodes=ALL Default=YES State=UP
"""


@pytest.fixture(scope="module")
def tree():
    network = blueprints.build(load(Path(__file__).parents[3] / "examples" / "clos-taper.yaml").site)
    return branches_of(blocks_of(network), network.hosts.name.tolist())


def controller(folder, text, hosts):
    """What ``scontrol show topology`` says, and what the controller printed."""
    if shutil.which("slurmctld") is None or shutil.which("scontrol") is None:
        pytest.skip("no slurmctld (apt install slurmctld slurm-client)")
    nodes = "".join(f"NodeName={host} NodeAddr=127.0.0.1 Port={PORT + 1 + i} CPUs=1\n" for i, host in enumerate(hosts))
    user, host = os.environ.get("USER") or "root", os.uname().nodename
    conf = folder / "slurm.conf"
    conf.write_text(CONF.format(host=host, port=PORT, user=user, folder=folder, nodes=nodes))
    (folder / "topology.conf").write_text(text)
    (folder / "state").mkdir(exist_ok=True)
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(["slurmctld", "-D", "-i", "-c", "-f", str(conf)], stdout=log, stderr=log)
        try:
            said = _asked(conf, running)
        finally:
            running.kill()
            running.wait()
    return said, (folder / "log").read_bytes().decode(errors="replace")


def _asked(conf, running):
    environment = {**os.environ, "SLURM_CONF": str(conf)}
    for _ in range(40):
        time.sleep(0.25)
        if running.poll() is not None:
            return ""
        done = subprocess.run(
            ["scontrol", "-o", "show", "topology"], env=environment, capture_output=True, text=True, timeout=20,
            check=False,
        )  # fmt: skip
        if done.returncode == 0 and "SwitchName" in done.stdout:
            return done.stdout
    return ""


def test_slurm_makes_the_tree_that_was_planned_of_it(tree, tmp_path):
    text = slurm.render(tree, {})[0].text
    hosts = [host for branch in tree for host in branch.hosts]
    said, printed = controller(tmp_path, text, hosts)
    if "auth" in printed and "Cannot" in printed and not said:
        pytest.skip("this slurmctld was built without auth/none")
    found = {}
    for line in said.splitlines():
        keys = dict(word.split("=", 1) for word in line.split())
        found[keys["SwitchName"]] = (int(keys["Level"]), read(keys["Nodes"]))
    below = {branch.name: list(branch.hosts) for branch in tree}
    for branch in reversed(tree):
        if branch.parent:
            below[branch.parent] = [*below[branch.name], *below[branch.parent]]
    height = {"leaf": 0, "pod": 1, "fabric": 2}
    assert {name: (level, sorted(nodes)) for name, (level, nodes) in found.items()} == {
        branch.name: (height[branch.level], sorted(below[branch.name])) for branch in tree
    }


def test_slurm_refuses_a_switch_that_is_not_there(tree, tmp_path):
    text = slurm.render(tree, {})[0].text.replace("tall-pod[0-2]", "tall-pod[0-3]")
    said, printed = controller(tmp_path, text, [host for branch in tree for host in branch.hosts])
    assert not said and "tall-pod3" in printed


def test_kubectl_takes_the_nodes_and_refuses_a_bad_one(tree, tmp_path):
    if shutil.which("kubectl") is None:
        pytest.skip("no kubectl")
    files = {file.path: file.text for file in kueue.render(tree, {"tall": 8}, {"acme": 1.0})}
    for path, text in files.items():
        file = tmp_path / Path(path).name
        file.write_text(text)
        done = _labelled(file)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("\n") == text.count("---\n")
    broken = tmp_path / "broken.yaml"
    broken.write_text(files["kueue/nodes.yaml"].replace("kind: Node", "kindly: Node", 1))
    assert _labelled(broken).returncode != 0


def _labelled(file):
    words = ["kubectl", "label", "--local", "-f", str(file), "seen=yes", "-o", "name"]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
