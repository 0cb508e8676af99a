"""``easterly calc queue``, as its users type it."""

from __future__ import annotations

import json
import math

import pytest
from click.testing import Result
from tests.app import asking

from easterly.app.commands.calculators.queue import command

CASES = {
    "mm1": "--arrival 0.5 --service 1",
    "mmc": "--arrival 16 --service 1 --servers 20",
    "mmck": "--arrival 16 --service 1 --servers 10 --places 30",
    "mminf": "--arrival 16 --service 1",
    "erlang-b": "--servers 10 --load 5",
    "erlang-c": "--servers 10 --arrival 5 --rate 1",
    "erlang-a": "--arrival 12 --service 1 --servers 10 --patience 1",
    "mg1": "--arrival 0.5 --service 1 --scv 3",
    "md1": "--arrival 0.5 --service 1",
    "mg1k": "--arrival 0.5 --service 1 --scv 0 --places 4",
    "ps": "--arrival 0.5 --service 1 --size 3",
    "srpt": "--arrival 0.5 --service 1 --scv 3",
    "las": "--arrival 0.5 --service 1 --pareto 1.5",
    "vacations": "--arrival 0.5 --service 1 --vacation 2",
    "batch": "--batches 0.1 --size 4 --service 1",
    "gg1": "--arrival 0.5 --service 1 --arrival-scv 2 --service-scv 0.5",
    "ggc": "--arrival 5 --service 1 --servers 8 --arrival-scv 0.5 --service-scv 0.5",
    "priority": "--arrival .2,.3,.1 --service 1,.8,2",
    "jackson": "--external 1,.2 --service .3,.5 --routing 0,.5;.1,0",
    "network": "--external 1,.2 --rate 3,4 --routing 0,.5;.1,0 --external-scv 2",
    "closed": "--demand 1,2;.5,1 --population 3,2 --think 1",
    "fork-join": "--arrival 0.5 --service 1 --parts 8",
    "size": "--arrival 16 --service 1 --wait-at 0.5 --level p99",
    "headroom": "--arrival 16 --service 1 --servers 20 --time 1.2",
    "replicas": "--requests 20 --prefill .2 --ttft 1 --tokens 300 --step .01 --step-each .0005 --itl .03",
}


def run(words: str) -> Result:
    return asking.run("calc", "queue", *words.split())


def answer(words: str) -> dict:
    return asking.answer_to("calc", "queue", *words.split())


def test_every_station_has_a_case():
    assert set(CASES) == set(command.verbs)
    assert [row["name"] for row in json.loads(run("--format json").stdout)["result"]] == list(command.verbs)
    assert "did you mean mmc" in run("mcm").output


@pytest.mark.parametrize("name", CASES)
def test_every_station_names_its_method_and_error(name):
    made = answer(f"{name} {CASES[name]}")
    assert made["method"] and made["error"]
    text = run(f"{name} {CASES[name]}")
    assert text.exit_code == 0 and len(text.stdout.splitlines()) >= 2
    assert max(map(len, text.stdout.splitlines())) <= 140
    assert json.loads(run(f"--format json {name} {CASES[name]}").stdout)["result"] == made
    assert "--format [text|json]" in run(f"{name} --help").output


def test_the_fixed_names_are_there():
    made = answer(f"mmc {CASES['mmc']}")
    assert made["P_wait"] == pytest.approx(0.256078, abs=5e-7)
    assert made["Lq"] == pytest.approx(made["P_wait"] * 0.8 / 0.2)
    assert made["Wq"] == pytest.approx(made["Lq"] / 16, rel=1e-8)
    assert (made["L"], made["W"]) == (pytest.approx(made["Lq"] + 16), pytest.approx(made["Wq"] + 1))
    assert answer("mmc --arrival 16 --rate 1 --servers 20") == made


def test_known_answers():
    assert answer("mmc --arrival 1.5 --service 1 --servers 2")["P_wait"] == pytest.approx(0.642857, abs=5e-7)
    assert answer(f"priority {CASES['priority']}")["Wq"] == pytest.approx([0.99, 1.767857, 3.928571], abs=5e-7)
    several = answer("priority --arrival 4,2,1 --service 1 --servers 8 --quantiles p99")
    waits = answer("mmc --arrival 7 --service 1 --servers 8")["P_wait"]
    assert several["quantiles"][0]["Wq"][0] == pytest.approx(math.log(waits / 0.01) / (8 - 4), rel=1e-6)
    assert several["quantiles"][0]["Wq"] == sorted(several["quantiles"][0]["Wq"])
    interrupted = answer("priority --arrival 4,2 --service 1 --servers 8 --preemptive --quantiles p99")
    assert interrupted["quantiles"][0]["W"][1] is None and "no formula" in interrupted["quantiles_are"]
    onward = "0,.5,.3,.2,0;0,0,.4,0,.6;.1,0,0,.5,.4;0,.2,0,0,.3;.1,0,0,0,0"
    made = answer(f"jackson --external 1,.2,0,0,0 --rate 2,1.5,1.2,1.4,2.2 --routing {onward}")
    assert made["L"] == pytest.approx([1.414937, 1.517210, 1.465013, 0.730441, 0.841040], abs=5e-7)
    assert made["network"]["W"] == pytest.approx(4.973868, abs=5e-7)


def test_infinite_means_come_with_the_reason():
    made = answer("mg1 --arrival 0.5 --service 1 --scv inf")
    assert made["Wq"] is None and made["rho"] == 0.5 and "E[S^2] is infinite" in made["reasons"][0]
    assert "infinite" in run("mg1 --arrival 0.5 --service 1 --scv inf").stdout
    assert answer("ps --arrival 0.5 --service 1")["W"] == 2.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("mmc --arrival 25 --service 1 --servers 20", "at least 26 servers"),
        ("mm1 --arrival 1 --service 1", "grows without end"),
        ("mmc --arrival 1 --servers 20", "--service"),
        ("mmc --arrival x --service 1 --servers 2", "not a number"),
        ("mmc --arrival nan --service 1 --servers 2", "must be"),
        ("mmc --arrival -1 --service 1 --servers 2", "at least 0"),
        ("mm1 --arrival 0.5 --service 1 --quantiles 1.5", "level"),
        ("mmck --arrival 1 --service 1 --servers 3 --places 2", "fewer than servers"),
        ("erlang-b --servers 3 --load 2 --arrival 1", "not both"),
        ("priority --arrival 1,2 --service 1,2,3", "one for each of 2"),
        ("priority --arrival .1,.2 --service 1,2 --servers 2", "no formula"),
        ("jackson --external 1,1 --service .3 --routing jsq", "not Jackson's"),
        ("jackson --external 1,1 --service .3 --routing 0,1;1,0", "never leaves"),
        ("jackson --external 3,1 --service .5 --routing 0,0;0,0", "station 1 has a load of 1.5"),
        ("jackson --external 1,1 --service .3 --routing 0,1;1", "differ in length"),
        ("closed --demand 1,2 --population 2.5", "whole"),
        ("closed --demand 1,2;1,2 --population 2,1 --servers 2", "one class"),
        ("size --arrival 16 --service 1", "give one target"),
        ("size --arrival 16 --service 1 --time 0.5", "no number of servers"),
        ("size --arrival 16 --servers 3 --service 1 --wait 1", "give --arrival, to learn"),
        ("ggc --arrival 5 --service 1 --servers 8 --arrival-scv 2 --service-scv 1 --method kimura", "up to 1"),
        ("srpt --arrival .5 --service 1 --scv .5", "from 1 on"),
        ("mg1k --arrival .5 --service 1 --scv inf --places 3", "finite --scv"),
    ],
)
def test_misuse_is_answered(words, said):
    result = run(words)
    assert result.exit_code == 2 and said in result.output, result.output
    result = run(f"{words} --format json")
    made = json.loads(result.stdout)
    assert result.exit_code == 2 and made["result"] is None and said in f"{made['findings'][0]}", result.output
