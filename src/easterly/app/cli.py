"""The command line. Each verb is a module of `easterly.app.commands`, imported when it is used."""

from __future__ import annotations

import gc
import os
import sys

import click

from easterly.app.verbs import Verbs

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy comes: its threads cost 0.15 s and serve nothing here
ALLOCATIONS = 50_000
"""New objects between two searches for garbage: a command makes many that stay, and ends soon."""

VERBS = {
    "plan": "Plan a site: verdicts, bill, addresses, job times, configuration, report.",
    "check": "Find every mistake in a site file.",
    "address": "Number everything, with proofs, room to grow, and exact summaries.",
    "ipam": "Keep addresses: pools, leases, who holds what, import and export, audit.",
    "demand": "Tell what jobs, services and other traffic send, when and where.",
    "route": "Allocate traffic to paths, with a proof; failures; unsplittable demands.",
    "predict": "Step times of jobs: from rates, or packet by packet.",
    "place": "Place jobs on hosts: now, best and worst, with a bound.",
    "buffers": "Try thresholds and memory packet by packet, and find settings that meet a target.",
    "failures": "What every failure slows down and breaks, and the GPU-hours that it costs.",
    "capacity": "When growth fills links, queues and pools, and the cheapest cables to add.",
    "robustness": "What the network stands: parts that go, what spreads, bad configurations.",
    "diagnose": "From symptoms of a slow job to ranked causes, and what to measure next.",
    "qos": "Queues, thresholds, memory and meters of every port; why; and what a change would do.",
    "render": "Write the files that devices, hosts and programs need, and have their own tools check them.",
    "calc": "Calculate without a site: collectives, buffers, memory, checkpoints, hashing.",
    "show": "Show one part of a plan.",
    "explain": "Explain a finding code.",
    "whatif": "Try a site with other values: times, cost, the front of both, and why they change.",
    "changeover": "From one site file to another: steps, with the least load on the way.",
    "diff": "Compare two plans or site files.",
    "convert": "Convert topologies and traffic matrices between formats.",
    "lab": "Try on this machine what is predicted: real kernels, real packets.",
    "schema": "Print the JSON Schema, or the reference, of the site file.",
    "doctor": "Tell which parts are here, and what is lost without the others.",
    "demo": "Plan the 1,024-GPU example.",
}


@click.group(
    cls=Verbs,
    verbs=VERBS,
    package="easterly.app.commands",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="easterly")
def main() -> None:
    """Plan, prove and run the network of an AI cluster from one text file.

    Exit codes: 0 fine; 1 an error finding or a FAIL verdict; 2 wrong usage or an unreadable file;
    3 no plan exists.
    """
    gc.set_threshold(ALLOCATIONS)


if __name__ == "__main__":
    sys.exit(main())
