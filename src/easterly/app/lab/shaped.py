"""Class trees on interfaces of the lab: loaded as they are rendered, and looked at in the kernel."""

from __future__ import annotations

from easterly.app.lab.spaces import LabError, Space
from easterly.config.linux.qos import differences, render_tc, shown_tc
from easterly.model.shaping import LinuxQos, Shaper


def shape(space: Space, *shapers: Shaper) -> None:
    """Load class trees in a namespace exactly as they are rendered, and make sure that the kernel has them.

    Raises
    ------
    LabError
        `tc` refuses one, or the kernel makes something else of it.
    """
    space.run("tc", "-batch", "-", text=render_tc(LinuxQos("lab", shapers)))
    for shaper in shapers:
        holds(space, shaper)


def holds(space: Space, shaper: Shaper) -> None:
    """Make sure that the kernel has a class tree, as far as `tc` shows it.

    Raises
    ------
    LabError
        It has another one.
    """
    shows = (("-j", "qdisc"), ("-d", "class"), ("-j", "filter"))
    found = [space.run("tc", how, what, "show", "dev", shaper.device) for how, what in shows]
    wrong = differences(shaper, shown_tc(shaper.device, *found), shown=True)
    if wrong:
        raise LabError(f"the kernel does not hold what was wanted: {'; '.join(wrong)}")
