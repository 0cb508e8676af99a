"""One step of a job on 16,384 GPUs as flows: ``python benches/fluid/step.py``; wall clock and processor time.

Llama 3 405B with TP 8, PP 16 and DP 128 on 2,048 hosts: rings of gradients on every rail of each stage, routed by hash.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

SITE = """
version: 1
site: {name: large}
hardware:
  switches:
    tor: {ports: 64, rate: 400Gb/s}
    chassis: {ports: 576, rate: 400Gb/s}
  hosts: {h: {gpus: 8, nics: 8, nic_rate: 400Gb/s, gpu: h100-sxm}}
fabrics:
  roce:
    blueprint: clos
    tiers: 3
    hosts: {type: h, count: 2048}
    leaf: {type: tor, down: 16, up: 16}
    pod_leaves: 192
    spine: {type: chassis, down: 192, up: 28}
    super_spine: {type: chassis}
addressing: {pools: {fabric: 10.0.0.0/10, loopback: 10.64.0.0/18}}
classes:
  training: {dscp: 26, share: 80%, lossless: true}
  default: {dscp: 0, share: rest}
jobs:
  pre:
    fabric: roce
    class: training
    model: llama3-405b
    parallel: {tp: 8, pp: 16, dp: 128}
    batch: 2048
    collective: hierarchical
"""


def main() -> None:
    """Print how long each part takes."""
    begun, busy = time.perf_counter(), time.process_time()
    from easterly.site import load
    from easterly.study import fluid
    from easterly.study.nouns import Nouns

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "site.yaml"
        path.write_text(SITE)
        nouns = Nouns(load(path).site)
    print(f"{time.perf_counter() - begun:6.2f} s imports and site")
    nouns.qos.value, nouns.prediction.value  # noqa: B018 rates: how long steps take at most
    print(f"{time.perf_counter() - begun:6.2f} s network, routes and rates")
    prepared = fluid.prepare(nouns, fluid.Wishes(others=False))
    print(f"{time.perf_counter() - begun:6.2f} s {prepared.schedule!r}")
    found = fluid.simulate_site(prepared)
    print(f"{time.perf_counter() - begun:6.2f} s {found.activities:,} activities, {found.merged:,} messages merged")
    print(f"step {found.step_s[0, 0]:.4f} s, exposed {found.exposed_s[0]:.4f} s")
    print(f"in all {time.perf_counter() - begun:.2f} s, {time.process_time() - busy:.2f} s of processor")


if __name__ == "__main__":
    main()
