"""``easterly calc hash``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import asking

if TYPE_CHECKING:
    from easterly.route.hashing import Tuples


@click.command("hash", cls=asking.Calculator)
@click.argument("src")
@click.argument("dst")
@click.option("--src-port", type=asking.Count(0, 65535), default="49152", show_default=True, help="Source port.")
@click.option("--dst-port", type=asking.Count(0, 65535), default="4791", show_default=True,
              help="Destination port; 4791 is RoCEv2.")  # fmt: skip
@click.option("--protocol", type=asking.Count(0, 255), default="17", show_default=True, help="6 TCP, 17 UDP.")
@click.option("--links", type=asking.Count(1, 4096), default="8", show_default=True, help="Links of equal cost.")
@click.option("--function", "only", help="Show one function; all if absent.")
@click.option("--fields", help="Fields to hash, such as src-ip,dst-ip; those of the function if absent.")
@click.option("--seed", type=asking.Count(0, 2**32 - 1), default="0", show_default=True, help="Seed of the switch.")
@click.option("--connections", type=asking.Count(1, 65536), default="1", show_default=True,
              help="Connections, their source ports one after the other.")  # fmt: skip
@terminal.format_option
def command(src: str, dst: str, links: int, only: str | None, fields: str | None, seed: int, form: str, **given: int
            ) -> None:  # fmt: skip
    """Hash the connections from SRC to DST, and choose among LINKS.

    Both ways to choose are shown: the hash modulo the number of links, and the region of its range (RFC 2992). Of
    several connections, also how many links they use, and how many a second tier of as many links would use of them
    with the same seed and with the next one.
    """
    from easterly.route.hashing import FUNCTIONS

    rows = _connections(src, dst, given)
    names = FUNCTIONS if only is None else (only,)
    chosen = None if fields is None else [word.strip() for word in fields.split(",")]
    if chosen is not None and only is None:
        names = tuple(name for name in FUNCTIONS if not name.startswith("linux"))
    found = [_of(rows, name, links, chosen, seed) for name in names]
    if form == "json":
        from easterly.app.values import number

        for each in found:
            each |= {key: number(each[key]) for key in ("same_seed_links", "next_seed_links")}
        terminal.emit_json({
            "src": src, "dst": dst, "links": links, "seed": seed, "connections": len(rows),
            "expected_links": number(_expected(len(rows), links)), "functions": found,
        })  # fmt: skip
    else:
        _print(rows, src, dst, links, given, found)


def _connections(src: str, dst: str, given: dict[str, int]) -> Tuples:
    import numpy as np

    from easterly.route.hashing import tuples_of

    count = given["connections"]
    ports = (given["src_port"] + np.arange(count)) % 65536
    return tuples_of([src] * count, [dst] * count, ports, given["dst_port"], given["protocol"])


def _of(rows: Tuples, name: str, links: int, fields: list[str] | None, seed: int) -> dict[str, Any]:
    import numpy as np

    from easterly.route.hashing import BITS, hash_of, split

    hashes = hash_of(rows, name, fields=fields, seed=seed)
    reverse = hash_of(rows.reverse, name, fields=fields, seed=seed)
    modulo = split(hashes, links)
    again = {
        key: _again(modulo, split(hash_of(rows, name, fields=fields, seed=other), links))
        for key, other in (("same_seed_links", seed), ("next_seed_links", seed + 1))
    }
    return {
        "function": name, "bits": BITS[name], "hash": int(hashes[0]), "modulo": int(modulo[0]),
        "region": int(split(hashes, links, method="threshold", bits=BITS[name])[0]),
        "symmetric": bool((hashes == reverse).all()), "used_links": len(np.unique(modulo)),
        "fullest": int(np.bincount(modulo).max()), **again,
    }  # fmt: skip


def _again(below: Any, above: Any) -> float:
    """Links that a node of a second tier uses, in the mean over those nodes that connections reach."""
    import numpy as np

    pairs = np.unique(np.column_stack([below, above]), axis=0)
    return len(pairs) / len(np.unique(below))


def _expected(connections: int, links: int) -> float:
    from easterly.route.bins import used_links

    return used_links(connections, links)


def _print(
    rows: Tuples, src: str, dst: str, links: int, given: dict[str, int], found: list[dict[str, Any]]
) -> None:  # fmt: skip
    from easterly.app.calc import answer

    several = len(rows) > 1
    ports = f"{given['src_port']}" + (f"..{(given['src_port'] + len(rows) - 1) % 65536}" if several else "")
    answer.title(f"{src} port {ports} to {dst} port {given['dst_port']}, protocol {given['protocol']}")
    if several:
        expected = _expected(len(rows), links)
        answer.facts([("expected", f"{expected:.4g} of {links}", "links that an ideal hash uses: w (1 - (1 - 1/w)^f)")])
        heads = ["function", "links used", "fullest", "2nd tier, same seed", "2nd tier, next seed"]
        answer.table(heads, [[
            each["function"], str(each["used_links"]), str(each["fullest"]), f"{each['same_seed_links']:.3g}",
            f"{each['next_seed_links']:.3g}",
        ] for each in found])  # fmt: skip
        return
    heads = ["function", "hash", f"modulo {links}", f"region of {links}", "other direction"]
    answer.table(heads, [[
        each["function"], f"0x{each['hash']:0{-(-each['bits'] // 4)}x}", str(each["modulo"]), str(each["region"]),
        "same" if each["symmetric"] else "differs",
    ] for each in found])  # fmt: skip
