"""Kernel settings, offloads, and the environment of jobs, as files and back."""

from __future__ import annotations

import shlex

from easterly.config.linux.qos.cards import parse_cards, render_cards
from easterly.config.linux.qos.reactions import parse_reactions, render_reactions
from easterly.model.shaping import LinuxQos, Settings

MOST = "\"$(ethtool -l {} | awk '/^Combined:/ {{ print $2; exit }}')\""
"""As many queues as the interface can have."""
SYSCTL, ETHTOOL, ENVIRONMENT = "sysctl.conf", "ethtool.sh", "jobs.env"
MODULES, CARDS, REACTIONS = "modprobe.conf", "dcb.sh", "dcqcn.sh"


def render_settings(machine: LinuxQos) -> dict[str, str]:
    """Text by the end of the file's name; those with nothing to say are left out."""
    given, name = machine.settings, machine.device
    lines = {
        SYSCTL: [f"{key} = {value}" for key, value in sorted(given.sysctl.items())],
        ETHTOOL: [*_features(given), *(_queues(*each) for each in sorted(given.queues.items()))],
        ENVIRONMENT: [f"{key}={shlex.quote(value)}" for key, value in sorted(given.environment.items())],
        MODULES: [f"options {key}={value}" for key, value in sorted(given.modules.items())],
        CARDS: render_cards(given.cards),
        REACTIONS: render_reactions(given.reactions),
    }
    heads = {
        SYSCTL: f"# {name}: goes to /etc/sysctl.d/.",
        ETHTOOL: f"# {name}: offloads and queues, to be run at every boot.",
        ENVIRONMENT: f"# {name}: set for every process that communicates.",
        MODULES: f"# {name}: goes to /etc/modprobe.d/.",
        CARDS: f"# {name}: trust, pauses and shares, to be run at every boot (dcb of iproute2 6.2).",
        REACTIONS: f"# {name}: answers to marks, to be run at every boot.",
    }
    return {ending: "\n".join([heads[ending], *found]) + "\n" for ending, found in lines.items() if found}


def _features(given: Settings) -> list[str]:
    return [
        f"ethtool -K {device} " + " ".join(f"{name} {'on' if on else 'off'}" for name, on in sorted(features.items()))
        for device, features in sorted(given.features.items()) if features
    ]  # fmt: skip


def _queues(device: str, count: int) -> str:
    return f"ethtool -L {device} combined {count or MOST.format(device)}"


def parse_settings(files: dict[str, str]) -> Settings:
    """Settings from texts by the end of their names, as `render_settings` wrote them.

    Raises
    ------
    ValueError
        A line that it would not have written.
    """
    sysctl: dict[str, str] = {}
    features: dict[str, dict[str, bool]] = {}
    queues: dict[str, int] = {}
    environment: dict[str, str] = {}
    modules: dict[str, str] = {}
    for ending, text in files.items():
        if ending in {CARDS, REACTIONS}:
            continue
        for line in text.splitlines():
            words = shlex.split(line, comments=True)
            match (ending, words):
                case (_, []):
                    continue
                case ("sysctl.conf", [key, "=", *values]):
                    sysctl[key] = " ".join(values)
                case ("ethtool.sh", ["ethtool", "-K", device, *pairs]):
                    features[device] = {n: on == "on" for n, on in zip(pairs[::2], pairs[1::2], strict=True)}
                case ("ethtool.sh", ["ethtool", "-L", device, "combined", count]):
                    queues[device] = 0 if count.startswith("$(") else int(count)
                case ("jobs.env", [pair]) if "=" in pair:
                    key, _, value = pair.partition("=")
                    environment[key] = value
                case ("modprobe.conf", ["options", module, pair]) if "=" in pair:
                    key, _, value = pair.partition("=")
                    modules[f"{module} {key}"] = value
                case _:
                    raise ValueError(f"{ending}: {line!r} is none of its lines")
    cards, reactions = (files.get(ending, "").splitlines()[1:] for ending in (CARDS, REACTIONS))
    return Settings(sysctl, features, queues, environment, modules, parse_cards(cards), parse_reactions(reactions))
