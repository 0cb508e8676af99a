"""Connection matrices of csg-htsim (``.cm``): ``src->dst id N start T size B``, with triggers between flows.

A flow begins at its start, in ps, or when its trigger fires: one that fires once or each time does so when the one flow
is done that names it; a barrier when as many are as its count says. Priorities and failures of links are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from easterly.model.workload import Workload
from easterly.site.formats.flows.rows import LARGEST_FLOW_B, MOST_FLOWS, Flow, ends_differ, number_of, workload
from easterly.site.formats.found import Found
from easterly.site.formats.values import shown

HEAD = ("Nodes", "Connections", "Triggers", "Failures")
KINDS = ("oneshot", "multishot", "barrier")
OF_FLOW = ("id", "start", "size", "trigger", "send_done_trigger", "recv_done_trigger", "prio")
LATEST_PS = 1 << 60


@dataclass(slots=True)
class _Matrix:
    """What the file says."""

    found: Found
    head: dict[str, int] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    waits: dict[int, int] = field(default_factory=dict)  # flow to trigger
    fires: dict[int, list[int]] = field(default_factory=dict)  # trigger to flows
    kinds: dict[int, tuple[str, int, int]] = field(default_factory=dict)  # trigger to kind, count and line
    left_out: set[str] = field(default_factory=set)


def read(text: str, name: str, found: Found) -> Workload | None:
    """Read flows; what is wrong goes to the findings, with lines."""
    made = _Matrix(found)
    for line, content in enumerate(text.splitlines(), start=1):
        words = content.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] in HEAD:
            made.head[words[0]] = number_of(words[1] if len(words) > 1 else "", words[0], "", line, found)
        elif "->" in words[0]:
            _flow(words, line, made)
        elif words[0] == "trigger":
            _trigger(words, line, made)
        elif words[0] == "failure":
            made.left_out.add("failures of links")
        else:
            found.error("E122", f"unexpected {shown(words[0])}", line=line)
        if len(made.flows) > MOST_FLOWS:
            found.error("E132", f"the file has more than {MOST_FLOWS:,} flows", line=line)
            return None
    _settle(made)
    return workload(made.flows, name, found)


def _pairs(words: list[str], flags: tuple[str, ...], line: int, at: str, found: Found) -> dict[str, str]:
    """Keys and their values; flags stand alone."""
    made: dict[str, str] = {}
    rest = iter(words)
    for key in rest:
        value = "" if key in flags else next(rest, "")
        if key in made:
            found.error("E122", f"{shown(key)} stands twice", at=at, line=line)
        made[key] = value
    return made


def _flow(words: list[str], line: int, made: _Matrix) -> None:
    found, at = made.found, f"flow/{words[0]}"
    src, _, dst = words[0].partition("->")
    top = made.head.get("Nodes", 1 << 31) - 1
    ends = [number_of(end, "node", at, line, found, 0, max(top, 0)) for end in (src, dst)]
    given = _pairs(words[1:], ("addon",), line, at, found)
    for key in given:
        if key not in (*OF_FLOW, "addon"):
            found.error("E122", f"unexpected {shown(key)}", at=at, line=line)
    flow = Flow(ends[0], ends[1], number_of(given.get("size", ""), "size", at, line, found, 1, LARGEST_FLOW_B))
    ends_differ(flow, at, line, found)
    row = len(made.flows)
    if "trigger" in given:
        made.waits[row] = number_of(given["trigger"], "trigger", at, line, found, 1)
    if ("start" in given) == ("trigger" in given):
        found.error("E122", "a flow has either a start or a trigger", at=at, line=line)
    elif "start" in given:
        flow.start_s = number_of(given["start"], "start", at, line, found, 0, LATEST_PS) / 1e12
    for key in ("send_done_trigger", "recv_done_trigger"):
        if key in given:
            made.fires.setdefault(number_of(given[key], key, at, line, found, 1), []).append(row)
    if "prio" in given:
        made.left_out.add("priorities")
    made.flows.append(flow)
    made.lines.append(line)


def _trigger(words: list[str], line: int, made: _Matrix) -> None:
    given = _pairs(words[1:], KINDS, line, "", made.found)
    number = number_of(given.get("id", ""), "id", "trigger", line, made.found, 1)
    kind = next((kind for kind in KINDS if kind in given), "")
    if not kind or set(given) - {"id", "count", *KINDS}:
        made.found.error("E122", f"trigger {number} is none of {', '.join(KINDS)}", at=f"trigger/{number}", line=line)
    elif number in made.kinds:
        made.found.error("E122", f"trigger {number} stands twice", at=f"trigger/{number}", line=line)
    count = number_of(given["count"], "count", f"trigger/{number}", line, made.found, 1) if "count" in given else 1
    made.kinds[number] = (kind, count, line)


def _settle(made: _Matrix) -> None:
    """Counts that the head says, and what each flow waits for."""
    found = made.found
    for key, there in (("Connections", len(made.flows)), ("Triggers", len(made.kinds))):
        if key in made.head and made.head[key] != there:
            found.error(
                "E122", f"the file says {made.head[key]:,} {key.lower()} and has {there:,}", hint="it may be cut short"
            )
    for row, trigger in made.waits.items():
        at = f"flow/{made.flows[row].src}->{made.flows[row].dst}"
        if trigger not in made.kinds:
            found.error("E122", f"trigger {trigger} is not in the file", at=at, line=made.lines[row])
            continue
        kind, count, _ = made.kinds[trigger]
        fired_by = made.fires.get(trigger, [])
        wanted = count if kind == "barrier" else 1
        if len(fired_by) != wanted:
            message = f"trigger {trigger} fires after {wanted} of {len(fired_by)} flows"
            found.error(
                "E122",
                message,
                hint="a flow can wait for all of them, and for nothing else",
                at=at,
                line=made.lines[row],
            )
        made.flows[row].after = list(fired_by)
    if _turns(made.flows):
        found.error("E122", "flows wait for each other in a circle", hint="none of them would ever begin")
    if made.left_out:
        found.warning("E130", f"{' and '.join(sorted(made.left_out))} are left out")


def _turns(flows: list[Flow]) -> bool:
    """Whether some flow waits for itself in the end."""
    missing = [len(flow.after) for flow in flows]
    then: dict[int, list[int]] = {}
    for row, flow in enumerate(flows):
        for before in flow.after:
            then.setdefault(before, []).append(row)
    ready = [row for row, count in enumerate(missing) if count == 0]
    done = 0
    while ready:
        done += 1
        for row in then.get(ready.pop(), ()):
            missing[row] -= 1
            if missing[row] == 0:
                ready.append(row)
    return done < len(flows)


def write(flows: Workload) -> str:
    """Text of flows; what waits for others does so behind a barrier of its own.

    Raises
    ------
    ValueError
        A delay between a flow and those that it waits for, which the format has no word for.
    """
    if flows.delay_s.any() or (flows.start_s[flows.after_ptr[1:] > flows.after_ptr[:-1]] > 0).any():
        raise ValueError("a connection matrix has no word for a delay, nor a start, beside a trigger")
    return "".join(f"{line}\n" for line in _written(flows))


def _written(flows: Workload) -> Iterator[str]:
    ptr, idx = flows.after_ptr.tolist(), flows.after_idx.tolist()
    trigger = {row: number for number, row in enumerate((r for r in range(len(flows)) if ptr[r + 1] > ptr[r]), start=1)}
    fires: dict[int, list[int]] = {}
    for row, number in trigger.items():
        for before in idx[ptr[row] : ptr[row + 1]]:
            fires.setdefault(before, []).append(number)
    if any(len(numbers) > 1 for numbers in fires.values()):
        raise ValueError("a connection matrix has one trigger for a flow: only one can wait for each")
    yield f"Nodes {int(max(flows.src.max(initial=0), flows.dst.max(initial=0))) + 1}"
    yield f"Connections {len(flows)}"
    if trigger:
        yield f"Triggers {len(trigger)}"
    columns = (flows.src.tolist(), flows.dst.tolist(), flows.size_B.tolist(), flows.start_s.tolist())
    for row, (src, dst, size_B, start_s) in enumerate(zip(*columns, strict=True)):
        begin = f"trigger {trigger[row]}" if row in trigger else f"start {round(start_s * 1e12)}"
        done = f" recv_done_trigger {fires[row][0]}" if row in fires else ""
        yield f"{src}->{dst} id {row + 1} {begin} size {size_B}{done}"
    for row, number in trigger.items():
        yield f"trigger id {number} barrier count {ptr[row + 1] - ptr[row]}"
