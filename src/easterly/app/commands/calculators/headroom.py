"""``easterly calc headroom``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.base.counts import counted
from easterly.base.units import LENGTH, RATE, SIZE, TIME

if TYPE_CHECKING:
    from easterly.qos.memory import Headroom, Item


@click.command("headroom", cls=asking.Calculator)
@click.option("--rate", type=asking.Quantity(RATE), required=True, help="Rate of the link.")
@click.option(
    "--cable",
    type=asking.Quantity(LENGTH, zero=True, most=asking.LONGEST_m),
    required=True,
    help="Length of the cable.",
)
@click.option("--mtu", type=asking.Frame(), default="9216", show_default=True,
              help="Largest frame of the priority, in bytes.")  # fmt: skip
@click.option("--own-mtu", type=asking.Frame(), help="Largest frame that we send, of any priority; --mtu if absent.")
@click.option("--response", type=asking.Quantity(TIME, zero=True),
              help="Time in which the peer obeys, as measured; that of IEEE 802.3 if absent.")  # fmt: skip
@click.option("--quanta", type=asking.Count(0, 10**9), help="The same in quanta of 512 bit times.")
@click.option("--interface-bits", type=asking.Count(0, 10**9), default="0",
              help="Delay of PHY and MAC beyond the response, in bit times.")  # fmt: skip
@click.option(
    "--cell", type=asking.Whole(SIZE), help="Cell of the memory, such as 256B; counted by the byte if absent."
)
@click.option("--ports", type=asking.Count(), default="1", help="Ports of this kind, for the sum.")
@terminal.format_option
def command(ports: int, form: str, **given: Any) -> None:
    """Headroom of one lossless priority: what still arrives after a pause was asked for, item by item.

    A frame of our own is on the line, the pause follows it, crosses the cable, is obeyed in a time that 802.3 states,
    and a last frame and what is on the cable still come. The worst case counts whole cells filled badly, and the
    frame that does not fit.
    """
    found = _found(given)
    if form == "json":
        terminal.emit_json(_answer(given, ports, found))
    else:
        _print(given, ports, found)


def _found(given: dict[str, Any]) -> Headroom:
    from easterly.qos.memory import headroom

    cell_B = given["cell"]
    if cell_B is not None and not 1 <= cell_B <= 2**20:
        raise click.UsageError(f"--cell is {cell_B:,} B: cells of chips have between 32 B and some kB")
    if cell_B is not None and 1 < cell_B < 32:
        raise click.UsageError(f"--cell is {cell_B} B: cells of chips have 32 B and more; 1B counts bytes")
    for name in ("mtu", "own_mtu"):
        if given[name] is not None and not 64 <= given[name] <= 2**20:
            raise click.UsageError(f"--{name.replace('_', '-')} is {given[name]:,} B: a frame has 64 B to 1 MiB")
    return headroom(
        given["rate"], given["cable"], given["mtu"], own_mtu_B=given["own_mtu"], quanta=given["quanta"],
        response_s=given["response"], interface_bits=given["interface_bits"], cell_B=cell_B or 1,
    )  # fmt: skip


def _answer(given: dict[str, Any], ports: int, found: Headroom) -> dict[str, Any]:
    from easterly.app.values import number

    return {
        "rate_bps": number(given["rate"]), "cable_m": number(given["cable"]), "mtu_B": given["mtu"],
        "headroom_B": number(found.low_B), "items": [_item(item, item.low_B) for item in _plain(found)],
        "worst_B": number(found.high_B), "worst_items": [_item(i, i.high_B) for i in found.items if i.high_B],
        "cell_B": found.cell_B, "cells": found.cells, "ports": ports,
        "pool_B": number(ports * found.low_B), "worst_pool_B": number(ports * found.high_B),
    }  # fmt: skip


def _plain(found: Headroom) -> list[Item]:
    """What is part of the sum that 802.1Q states."""
    return [item for item in found.items if item.low_B]


def _item(item: Item, size_B: float) -> dict[str, Any]:
    from easterly.app.values import number

    return {"name": item.name, "size_B": number(size_B), "reason": item.reason}


def _print(given: dict[str, Any], ports: int, found: Headroom) -> None:
    from easterly.app.calc import answer
    from easterly.base.units import format_short

    cable = format_short(given["cable"], LENGTH)
    answer.title(f"{answer.rate(given['rate'])} over {cable}, frames of {given['mtu']:,} B")
    rows = [(item.name, f"{item.low_B:,.10g}B", item.reason) for item in _plain(found)]
    rows.append(("headroom", f"{found.low_B:,.10g}B", "the sum, as IEEE 802.1Q counts it"))
    over = [item.name for item in found.items if item.high_B > item.low_B]
    beside = f"with {' and '.join(over)}" if over else "no frame mix is worse"
    if found.high_B < found.low_B:
        beside = "less than the sum, as memory keeps no gaps between frames"
    rows.append(("worst case", f"{found.high_B:,}B", f"{found.cells:,} cells of {found.cell_B:,} B: {beside}"))
    if ports > 1:
        pool = f"to {format_short(ports * found.high_B, SIZE)} for {counted(ports, 'port')}"
        rows.append(("pool", format_short(ports * found.low_B, SIZE), pool))
    answer.facts(rows)
