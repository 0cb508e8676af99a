"""Site files that are small enough to run."""

from __future__ import annotations

from pathlib import Path

HARDWARE = """
hardware:
  switches:
    sw8: {ports: 8, rate: 100Gb/s, buffer: 16MB}
  hosts:
    box: {gpus: 1, nics: 1, nic_rate: 100Gb/s, gpu: a100-sxm-80}
"""
POOLS = """
addressing:
  pools: {fabric: 10.64.0.0/20, loopback: 10.65.0.0/24, v6: "fd00:64::/40"}
"""
DIAMOND = f"""version: 1
site: {{name: diamond}}
{HARDWARE}
fabrics:
  lab:
    blueprint: graph
    nodes:
      left: {{type: box}}
      right: {{type: box}}
      r1: {{type: sw8}}
      r2: {{type: sw8}}
      r3: {{type: sw8}}
      r4: {{type: sw8}}
    links:
      h1: {{a: left, b: r1}}
      h4: {{a: right, b: r4}}
      up2: {{a: "r1:2", b: "r2:1"}}
      up3: {{a: "r1:3", b: "r3:1"}}
      down2: {{a: "r4:2", b: "r2:4"}}
      down3: {{a: "r4:3", b: "r3:4"}}
{POOLS}
"""
"""Two hosts with two equal ways between them."""
UNEQUAL = DIAMOND.replace("    links:\n", '    links:\n      straight: {a: "r1:4", b: "r4:4", cost: 21}\n')
for _end, _cost in {"r2:1": 20, "r3:1": 5, "r2:4": 1, "r3:4": 16}.items():
    UNEQUAL = UNEQUAL.replace(f'b: "{_end}"}}', f'b: "{_end}", cost: {_cost}}}')
"""The same with a cable from end to end: 20 + 1, 5 + 16 and 21 are three equal ways."""
LEAVES = f"""version: 1
site: {{name: leaves}}
{HARDWARE}
fabrics:
  t:
    blueprint: leaf-spine
    hosts: {{type: box, count: 8}}
    leaf: {{type: sw8, down: 2, up: 2}}
    spine: {{type: sw8, count: 2}}
{POOLS}
"""
"""Four leaves of two hosts each, two spines."""


def ring(routers: int, underlay: str) -> str:
    """Routers in a ring, a host on the first and one on the opposite."""
    nodes = "".join(f"      r{i}: {{type: sw8}}\n" for i in range(routers))
    links = "".join(f"      l{i}: {{a: r{i}, b: r{(i + 1) % routers}}}\n" for i in range(routers))
    begin, _, rest = DIAMOND.partition("      r1:")
    begin = begin.replace("graph", f"graph\n    underlay: {underlay}")
    hosts = f"      h0: {{a: left, b: r0}}\n      h1: {{a: right, b: r{routers // 2}}}\n"
    return f"{begin}{nodes}    links:\n{hosts}{links}{rest[rest.index('addressing:') :]}"


def written(folder: Path, text: str) -> Path:
    path = folder / "site.yaml"
    path.write_text(text)
    return path


TENANTS = (
    LEAVES.replace("name: leaves", "name: tenants").replace("count: 8}", "count: 5}").replace("gpus: 1", "gpus: 4")
    + """
tenants:
  acme: {vrf: true}
  beta: {vrf: true}
classes:
  training: {dscp: 26, share: 80%}
  default: {dscp: 0, share: rest}
jobs:
  a: {tenant: acme, fabric: t, class: training, model: llama3-8b, parallel: {tp: 4, dp: 3}, batch: 66, mfu: 41%}
  b: {tenant: beta, fabric: t, class: training, model: llama3-8b, parallel: {tp: 4, dp: 2}, batch: 64, mfu: 41%}
"""
)
"""Three leaves; two tenants with a table each, of which the middle leaf has both."""
