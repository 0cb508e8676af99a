"""``easterly calc buffer``."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.base.counts import counted
from easterly.base.units import LENGTH, RATE, SHARE, SIZE, TIME

if TYPE_CHECKING:
    from easterly.qos.memory import MemoryShare, Need, QueueLoad, Recommendation

    AlphaType = click.ParamType[Fraction]
else:
    AlphaType = click.ParamType

WANTS = {
    "bdp": ("rate", "rtt"),
    "bdp-root-n": ("rate", "rtt"),
    "incast": ("rate", "senders", "burst"),
    "headroom": ("rate", "cable"),
    "dynamic-threshold": ("memory", "alpha"),
}
NAMES = {"bdp": "BDP", "bdp-root-n": "BDP / sqrt(N)", "incast": "incast", "headroom": "headroom"}


class Alpha(AlphaType):
    """Part of the free memory: ``0.5`` or ``1/8``."""

    name = "alpha"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """Read the text."""
        if isinstance(value, Fraction):
            return value
        try:
            made = Fraction(str(value)) if len(str(value)) < 40 else None
        except (ValueError, ZeroDivisionError):
            made = None
        if made is None:
            raise asking.Misread(f"alpha {value!r} is not a number", "E203", "write it like 0.5 or 1/8", param)
        if not Fraction(1, 2**20) <= made <= 1024:
            raise asking.Misread(f"alpha {value!r} must be above 0 and at most 1024", "E206", "", param)
        return made


@click.command("buffer", cls=asking.Calculator)
@click.option("--method", type=asking.Named(list(WANTS)), help="Answer by this method; by the one that fits if absent.")
@click.option("--rate", type=asking.Quantity(RATE), help="Rate of the port.")
@click.option("--rtt", type=asking.Quantity(TIME), help="Longest round trip.")
@click.option("--flows", type=asking.Count(), default="1", show_default=True, help="Long flows at once.")
@click.option("--in-step", is_flag=True, help="They start and back off together, as in training.")
@click.option("--keeps", type=asking.Quantity(SHARE), default="50%", show_default=True,
              help="Part of its window that a flow keeps on a loss; 70% for CUBIC.")  # fmt: skip
@click.option("--senders", type=asking.Count(), help="Senders that start together.")
@click.option("--burst", type=asking.Quantity(SIZE), help="What each of them sends at once.")
@click.option("--sender", type=asking.Quantity(RATE), help="Rate of one sender; that of the port if absent.")
@click.option("--lossless", is_flag=True, help="Senders are paused instead of losing packets.")
@click.option(
    "--cable",
    type=asking.Quantity(LENGTH, zero=True, most=asking.LONGEST_m),
    help="Length of the cable to a paused sender.",
)
@click.option("--mtu", type=asking.Frame(), default="9216", show_default=True, help="Largest frame, in bytes.")
@click.option("--upstream", type=asking.Count(), default="1", help="Ports that may be paused at once.")
@click.option("--memory", type=asking.Quantity(SIZE), help="Shared memory of the chip.")
@click.option("--alpha", type=Alpha(), help="Of the dynamic threshold, such as 0.5 or 1/8.")
@click.option("--queues", type=asking.Count(), help="Full queues at once; 1 if absent.")
@click.option("--reserved", type=asking.Quantity(SIZE, zero=True), help="Kept for this queue alone.")
@click.option("--headroom", type=asking.Quantity(SIZE, zero=True), help="Kept for its pauses.")
@terminal.format_option
def command(form: str, method: str | None, **given: Any) -> None:
    """Buffer of a queue by every method, and what a chip gives it.

    One long flow asks for a bandwidth-delay product, many for that over the root of their number, senders that start
    together for all bursts but one, a lossless class for its headroom. Each says what it takes for granted, and
    whether that holds; of --memory, a queue gets what its dynamic threshold gives.
    """
    _check(method, given)
    share, load = _share(given), _load(method, given)
    _check_something(given)
    made = _recommended(load, share)
    if form == "json":
        terminal.emit_json(_answer(method, given, share, made))
    else:
        _print(method, given, share, made)


def _check(method: str | None, given: dict[str, Any]) -> None:
    if method is not None:
        lacking = [name for name in WANTS[method] if given[name] is None]
        if lacking:
            raise click.UsageError(f"{method} needs {_options(lacking)}: {_usage(method)}")
    if given["memory"] is not None and given["alpha"] is None:
        raise click.UsageError("--memory needs --alpha, of the dynamic threshold: such as 1/8")
    for name in ("alpha", "queues", "reserved", "headroom"):
        if given[name] is not None and given["memory"] is None:
            raise click.UsageError(f"--{name} needs --memory and --alpha, of the chip")
    for name in ("rtt", "senders", "burst", "cable"):
        if given[name] is not None and given["rate"] is None:
            raise click.UsageError(f"--{name} needs --rate, of the port")
    if given["rate"] is None and given["memory"] is None:
        each = "; ".join(f"{_options(names)} for {name}" for name, names in WANTS.items())
        raise click.UsageError(f"nothing to calculate with: give {each}")


def _check_something(given: dict[str, Any]) -> None:
    pairs = (given["rtt"], given["cable"], given["senders"] and given["burst"], given["memory"])
    if all(value is None for value in pairs):
        raise click.UsageError(
            "--rate alone sizes nothing: add --rtt; --senders and --burst; or --lossless and --cable"
        )


def _options(names: Any) -> str:
    return " ".join(f"--{name}" for name in names)


def _usage(method: str) -> str:
    return f"give {_options(WANTS[method])}"


def _share(given: dict[str, Any]) -> MemoryShare | None:
    from easterly.qos.memory import MemoryShare

    if given["memory"] is None:
        return None
    return MemoryShare(
        memory_B=given["memory"], alpha=given["alpha"], queues=given["queues"] or 1,
        reserved_B=given["reserved"] or 0.0, headroom_B=given["headroom"] or 0.0,
    )  # fmt: skip


def _load(method: str | None, given: dict[str, Any]) -> QueueLoad | None:
    from easterly.qos.memory import QueueLoad

    if given["rate"] is None or method == "dynamic-threshold":
        return None
    if not 64 <= given["mtu"] <= 2**20:
        raise click.UsageError(f"--mtu is {given['mtu']:,} B: a frame has 64 B to 1 MiB")
    return QueueLoad(
        port_bps=given["rate"], rtt_s=given["rtt"], flows=given["flows"], in_step=given["in_step"],
        keeps=given["keeps"], senders=given["senders"], burst_B=given["burst"], sender_bps=given["sender"],
        lossless=given["lossless"] or method == "headroom", cable_m=given["cable"], mtu_B=given["mtu"],
        upstream=given["upstream"],
    )  # fmt: skip


def _recommended(load: QueueLoad | None, share: MemoryShare | None) -> Recommendation | None:
    from easterly.qos.memory import recommend

    return None if load is None else recommend(load, share)


def _answer(
    method: str | None, given: dict[str, Any], share: MemoryShare | None, made: Recommendation | None
) -> dict[str, Any]:
    from easterly.app.values import number

    by, size_B, reason = _settled(method, share, made)
    rate, rtt = (None if given[name] is None else number(given[name]) for name in ("rate", "rtt"))
    return {
        "rate_bps": rate, "rtt_s": rtt, "flows": given["flows"], "method": by, "buffer_B": number(size_B),
        "reason": reason,
        "methods": [] if made is None else [
            {"method": each.method.value, "size_B": number(each.size_B), "most_B": number(each.most_B),
             "formula": each.formula, "assumption": each.assumption, "holds": each.holds, "why": each.why}
            for each in made.needs
        ],
        "threshold": None if share is None else {
            "memory_B": number(share.memory_B), "alpha": number(float(share.alpha)), "queues": share.queues,
            "reserved_B": number(share.reserved_B), "queue_B": number(share.limit_B), "free_B": number(share.free_B),
        },
        "given_B": _given_B(by, share), "enough": _enough(by, share, made),
    }  # fmt: skip


def _settled(
    method: str | None, share: MemoryShare | None, made: Recommendation | None
) -> tuple[str | None, float, str]:
    """Method, figure and reason of the answer."""
    from easterly.qos.memory import Method

    if share is not None and (made is None or method == "dynamic-threshold"):
        return "dynamic-threshold", share.limit_B, "what each of the full queues holds: alpha B / (1 + alpha S)"
    if made is None:
        raise click.UsageError(f"{method} needs --rate")
    if method is not None:
        need = made.need(Method(method))
        return method, need.size_B, f"as asked; {'it holds' if need.holds else 'it does not hold'}: {need.why}"
    return (None if made.chosen is None else made.chosen.value), made.size_B, made.reason


def _enough(by: str | None, share: MemoryShare | None, made: Recommendation | None) -> bool | None:
    from easterly.qos.memory import Method

    given_B = _given_B(by, share)
    if given_B is None or made is None or by in (None, "dynamic-threshold"):
        return None
    return bool(given_B >= made.need(Method(by)).most_B)


def _given_B(by: str | None, share: MemoryShare | None) -> float | None:
    """What the chip gives for a method; None where it is not said: no memory, or no headroom for pauses."""
    from easterly.app.values import number

    if share is None or (by == "headroom" and not share.headroom_B):
        return None
    return number(share.headroom_B if by == "headroom" else share.limit_B)


def _print(
    method: str | None, given: dict[str, Any], share: MemoryShare | None, made: Recommendation | None
) -> None:  # fmt: skip
    from easterly.app.calc import answer
    from easterly.base.units import format_short

    by, size_B, reason = _settled(method, share, made)
    answer.title("buffer of a queue" if given["rate"] is None else f"buffer of a queue at {answer.rate(given['rate'])}")
    rows = [("buffer", format_short(size_B, SIZE), f"{by}: {reason}" if by else reason)]
    if share is not None:
        alpha, queues = float(share.alpha), counted(share.queues, "full queue")
        rows.append(("gives", format_short(share.limit_B, SIZE), f"threshold of alpha {alpha:g} with {queues}"))
        rows.append(("free", format_short(share.free_B, SIZE), "of the shared memory then, for others"))
    enough, given_B = _enough(by, share, made), _given_B(by, share)
    if enough is not None and given_B is not None:
        what = f"{format_short(given_B, SIZE)} {'of headroom' if by == 'headroom' else 'that the chip gives'}"
        rows.append(("enough", "yes" if enough else "no", f"{what}, against the upper end"))
    elif by == "headroom" and share is not None:
        rows.append(("enough", "-", "not known: give --headroom, what the chip keeps for its pauses"))
    if made is not None:
        rows += [(NAMES[n.method.value], format_short(n.size_B, SIZE), _remark(n)) for n in made.needs]
    answer.facts(rows)


def _remark(need: Need) -> str:
    return f"{need.formula}; {'holds' if need.holds else 'does not hold'}: {need.why}"
