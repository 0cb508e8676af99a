"""``easterly calc queue``: stations with a queue, one calculator each."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.verbs import Verbs, listed

KINDS = {
    "markov": {
        "mm1": "One server, no memory.",
        "mmc": "Several servers, no memory.",
        "mmck": "Several servers and a bounded room: who finds it full is lost.",
        "mminf": "Servers for everyone.",
        "erlang-b": "Erlang's loss formula.",
        "erlang-c": "Erlang's delay formula.",
        "erlang-a": "Several servers, and customers that give up.",
    },
    "general": {
        "mg1": "One server, any service times.",
        "md1": "One server, fixed service times.",
        "mg1k": "One server and a bounded room, any service times.",
        "ps": "One server, shared equally.",
        "srpt": "One server, the shortest remaining time first.",
        "las": "One server, the least attained service first.",
        "vacations": "One server that goes away when nobody waits.",
        "batch": "One server, customers in batches.",
    },
    "approximate": {
        "gg1": "One server, any arrivals and service: every approximation by its name.",
        "ggc": "Several servers, any arrivals and service: every approximation by its name.",
    },
    "classes": {"priority": "Classes in order of priority, with or without interruption."},
    "networks": {
        "jackson": "Open network, no memory.",
        "network": "Open network, any arrivals and service, station by station.",
        "closed": "Closed network, one or more classes.",
        "fork-join": "Parts at several stations, and a wait for the last.",
    },
    "sizing": {
        "size": "Fewest servers, or largest load, for a target.",
        "headroom": "Waits under growth, and how much growth a target stands.",
        "replicas": "Replicas of an inference service for TTFT and ITL.",
    },
}


@click.group("queue", cls=Verbs, verbs=KINDS, package="easterly.app.commands.queues", noun="station",
             invoke_without_command=True)  # fmt: skip
@terminal.format_option
@click.pass_context
def command(ctx: click.Context, form: str) -> None:
    """Means and quantiles of stations with a queue, by formula: each names its method and how far it can be trusted.

    Rates and times are bare numbers in one unit of time, whichever it is: arrivals per second and seconds, or per
    microsecond and microseconds. Without a station, lists them.
    """
    listed(ctx, form)
