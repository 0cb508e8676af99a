"""The calculators, as their users type them."""

from __future__ import annotations

import json
import zlib

import pytest
from click.testing import Result
from tests.app import asking

from easterly.app.commands.calc import CALCULATORS

CASE = "all-reduce --size 4GiB --nodes 4 --gpus 8 --nic 50GB/s --scaleup 740.64GB/s"


def run(words: str) -> Result:
    return asking.run("calc", *words.split())


def answer(words: str) -> dict:
    result = run(f"{words} --format json")
    assert result.exit_code == 0, result.output
    made = json.loads(result.stdout)
    assert list(made) == ["schema", "result", "findings"]
    assert made["findings"] == []
    return made["result"]


def collective(words: str) -> dict:
    return answer(f"collective {words}")


def test_the_fixed_names_are_there():
    made = collective(CASE)
    assert {"algorithm", "time_s", "algbw_Bps", "busbw_Bps", "bound_s"} <= set(made)
    assert set(made["time_s"]) == {"low", "high"}


def test_the_worked_case():
    """One interface would take 85.9 ms; 22.05 ms were measured."""
    made = collective(CASE)
    low, high = made["time_s"]["low"], made["time_s"]["high"]
    assert low < 22.05e-3 < high < 85.9e-3
    assert made["bound_s"] == pytest.approx(16.1e-3, abs=0.05e-3)
    assert made["bound_s"] <= low
    levels = collective(f"{CASE} --algorithm hierarchical")["time_s"]
    assert (levels["low"], levels["high"]) == pytest.approx((16.1e-3, 26.25e-3), rel=0.01)
    assert collective(f"{CASE} --algorithm ring")["time_s"]["low"] == pytest.approx(20.8e-3, rel=0.005)


@pytest.mark.parametrize(
    "words, factor",
    [("all-reduce --size 1GB", 1.75), ("all-to-all --size 1GB --gpus 16", 0.9375), ("broadcast --size 1GB", 1)],
)
def test_bandwidths_are_those_of_nccl_tests(words, factor):
    made = collective(words)
    assert made["algbw_Bps"] == pytest.approx(1e9 / made["time_s"]["high"], rel=1e-8)
    assert made["busbw_Bps"] == pytest.approx(factor * made["algbw_Bps"], rel=1e-8)
    assert made["at_best"]["algbw_Bps"] == pytest.approx(1e9 / made["time_s"]["low"], rel=1e-8)


def test_auto_is_no_slower_than_any_that_needs_no_special_hardware():
    for size in ("1kB", "1MB", "100MB", "10GB"):
        made = collective(f"all-reduce --size {size} --nodes 16 --nic 400Gb/s")
        plain = [row for row in made["alternatives"] if row["needs"] is None]
        assert {"ring", "tree", "hierarchical", "halving-doubling"} == {
            made["algorithm"],
            *(r["algorithm"] for r in plain),
        }
        assert all(made["time_s"]["low"] <= row["time_s"]["low"] for row in plain)
    assert made["algorithm"] == "hierarchical"


def test_more_interfaces_make_it_faster_and_each_sends_less():
    few, many = (collective(f"{CASE} --nics {nics} --algorithm ring") for nics in (4, 8))
    assert few["time_s"]["low"] == pytest.approx(2 * many["time_s"]["low"])
    assert few["nic_B"] == pytest.approx(2 * many["nic_B"])


def test_the_given_gpu_is_the_default_of_the_links_inside():
    made = collective("all-reduce --size 1GB --gpu a100-sxm-80")
    assert made["cluster"]["scaleup_Bps"] == pytest.approx(0.82 * 300e9)


def test_latency_and_efficiency_that_the_user_knows():
    small = collective("all-reduce --size 1B --nodes 2 --gpus 1 --nic 100Gb/s --algorithm ring --latency 1ms")
    assert small["parts_s"]["latency"] == pytest.approx(2e-3, rel=0.01)
    ideal, half = (collective(f"{CASE} --algorithm ring --efficiency {e}")["time_s"]["low"] for e in ("ideal", "50%"))
    assert half == pytest.approx(2 * ideal)
    curve = collective(f"{CASE} --algorithm ring --efficiency 1MiB:10%,100GiB:50%")["time_s"]["low"]
    assert ideal < half < curve


REFUSED = {
    "collective all-reduces --size 1GB": ("E204", "did you mean all-reduce?"),
    "collective all-reduce --size 1GB --algorithm rign": ("E204", "did you mean ring?"),
    "collective all-to-all --size 1GB --algorithm ring": ("E100", "ring cannot do all-to-all"),
    "collective all-reduce --size 4G": ("E302", "bits or bytes"),
    "collective all-reduce --size 0B": ("E304", "more than 0"),
    "collective all-reduce --size -1GB": ("E304", "more than 0"),
    "collective all-reduce --size 1e300GB": ("E304", ""),
    "collective all-reduce --size 1GB --nodes 0": ("E206", "'0'"),
    "collective all-reduce --size 1GB --nodes 1e99": ("E206", "'1e99'"),
    "collective all-reduce --size 1GB --gpus 3.5": ("E203", "not a whole number"),
    "collective all-reduce --size 1GB --gpus nan": ("E203", "not a whole number"),
    "collective all-reduce --size 1GB --gpus 1": ("E100", "at least two GPUs"),
    "collective all-reduce --size 1GB --nodes 2": ("E100", "--nic"),
    "collective all-reduce --size 1GB --nodes 2 --nic 50GB": ("E303", "did you mean 50GB/s?"),
    "collective all-reduce --size 1GB --nodes 2 --nic 0Gb/s": ("E304", "more than 0"),
    "collective all-reduce --size 1GB --gpu h100": ("E100", "did you mean h100"),
    "collective all-reduce --size 1GB --efficiency 120%": ("E304", "at most 100 %"),
    "collective all-reduce --size 1GB --efficiency quick": ("E316", "write ideal"),
    "collective all-reduce --size 1GB --efficiency 1MB:10%,2MB:90%": ("E304", "less time"),
    "collective reduce-scatter --size 1GB --nodes 3 --nic 50GB/s --algorithm halving-doubling": (
        "E100",
        "powers of two",
    ),
    "collective all-reduce --size 1GB --algorithm parameter-server": ("E100", "two hosts"),
    "collective all-reduce": ("E100", "--size"),
    "collective": ("E100", "COLLECTIVE"),
    "bdp --rate 100G --rtt 1": ("E305", "no unit"),
    "bdp --rate 100Gb/s --rtt 1ms --flows 0": ("E206", "'0'"),
    "incast --senders 8 --burst 64Kb --port 100Gb/s": ("E302", "bits"),
    "kv --tokens 5": ("E100", "--model"),
    "kv --model llama3-405": ("E100", "did you mean llama3-405b?"),
    "kv --model llama3-405b --layers 3": ("E100", "not both"),
    "memory --params 7.5B": ("E203", "not a whole number"),
    "entropy --flows 8 --links 0": ("E206", "'0'"),
    "hash 10.0.0.1 ::1": ("E100", "one version for both"),
    "hash 10.0.0.x 10.0.0.1": ("E100", "10.0.0.x"),
    "hash 10.0.0.1 10.0.0.2 --function md5": ("E100", "no hash function is called 'md5'"),
    "hash 10.0.0.1 10.0.0.2 --fields ttl": ("E100", "not ttl"),
    "hash 10.0.0.1 10.0.0.2 --src-port 65536": ("E206", "65,535"),
    "wcmp --weights 1,2,x --table 16": ("E203", "write 31.7,20.1,10"),
    "wcmp --weights 1,nan --table 16": ("E206", "from 0 on"),
    "wcmp --weights 0,0 --table 16": ("E206", "not all of them 0"),
    "wcmp --weights 1,2,3 --table 2": ("E100", "3 members need an entry each"),
}


@pytest.mark.parametrize("words", REFUSED)
def test_misuse_is_refused_with_the_reason(words):
    code, why = REFUSED[words]
    shown = run(words)
    assert shown.exit_code == 2
    assert why in shown.stderr
    assert shown.stdout == ""
    made = run(f"{words} --format json")
    assert made.exit_code == 2
    found = json.loads(made.stdout)
    assert found["result"] is None
    assert found["findings"][0]["code"] == code


def test_pages_name_formula_what_binds_and_alternatives():
    text = run(f"collective {CASE}").stdout
    for part in ("hierarchical", "2(K-1)/K S", "binds", "busbw", "bound", "ring", "805.3MB"):
        assert part in text
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("name", CALCULATORS)
def test_every_calculator_has_help_and_json(name):
    assert "--format [text|json]" in run(f"{name} --help").output


def test_calculators_are_listed():
    assert [row["name"] for row in json.loads(run("--format json").stdout)["result"]] == list(CALCULATORS)
    assert "bdp" in run("").output
    assert "did you mean collective?" in run("colective").stderr


def test_the_form_may_be_asked_for_before_the_calculator():
    made = json.loads(run("--format json bdp --rate 100Gb/s --rtt 1ms").stdout)
    assert made["result"]["bdp_B"] == 12.5e6


def test_bandwidth_delay_product_is_in_bytes():
    """100 Gb/s and 1 ms: 1e8 bits; of 10,000 flows a hundredth (Appenzeller et al. 2004)."""
    made = answer("bdp --rate 100Gb/s --rtt 1ms --flows 10000")
    assert (made["bdp_B"], made["buffer_B"], made["delay_s"]) == (12.5e6, 125e3, 1e-5)
    assert "12.5MB" in run("bdp --rate 100Gb/s --rtt 1ms").stdout


def test_incast_is_all_bursts_but_one():
    made = answer("incast --senders 64 --burst 64KiB --port 100Gb/s --buffer 1MB")
    assert made["queue_B"] == 63 * 65536
    assert made["lost_B"] == 63 * 65536 - 1e6
    assert answer("incast --senders 4 --burst 1MB --port 100Gb/s --sender 25Gb/s")["queue_B"] == 0
    assert "lost" in run("incast --senders 64 --burst 64KiB --port 100Gb/s --buffer 1MB").stdout


def test_cache_of_published_models():
    """405B in bf16: 516,096 B a token; DeepSeek-V3 with latent attention: 70,272 B."""
    made = answer("kv --model llama3-405b --tokens 4989 --rate 400Gb/s")
    assert (made["token_B"], made["time_s"]) == (516_096, pytest.approx(51.5e-3, abs=0.05e-3))
    made = answer("kv --layers 61 --kv-rank 512 --rope 64 --tokens 4989 --rate 400Gb/s")
    assert (made["token_B"], made["time_s"]) == (70_272, pytest.approx(7.0e-3, abs=0.05e-3))
    assert answer("kv --layers 126 --kv-heads 8 --head 128")["token_B"] == 516_096
    assert "516,096B" in run("kv --model llama3-405b").stdout


def test_memory_of_the_zero_paper():
    """Rajbhandari et al. 2020, figure 1: 120, 31.4, 16.6, 1.9 GB."""
    made = answer("memory --params 7.5e9 --ranks 64 --memory 80GB")["stages"]
    assert [round(stage["state_B"] / 1e9, 1) for stage in made] == [120.0, 31.4, 16.6, 1.9]
    assert [stage["fits"] for stage in made] == [False, True, True, True]
    assert "does not fit" in run("memory --params 7.5e9 --ranks 64 --memory 80GB").stdout


def test_checkpoint_intervals():
    """Cost of a minute, one failure in six hours: Young's root, and Daly's, which is less by about the cost."""
    made = answer("checkpoint --size 60GB --rate 1GB/s --mtbf 6h --restart 0s")
    assert made["write_s"] == 60
    assert made["young_s"] == pytest.approx((2 * 60 * 21600) ** 0.5)
    assert made["young_s"] - 60 < made["daly_s"] < made["young_s"]
    assert "Daly" in run("checkpoint --size 60GB --rate 1GB/s --mtbf 6h").stdout
    assert answer("checkpoint --size 60GB --rate 1GB/s --mtbf 600h --gpus 100")["mtbf_s"] == 21600


def test_entropy():
    made = answer("entropy --flows 16 --links 16")
    assert made["used_share"] == pytest.approx(0.644, abs=5e-4)
    assert made["fullest_flows"] == pytest.approx(3.078, abs=1e-3)
    assert answer("entropy --flows 100000 --links 64")["fullest_flows"] is None
    assert "fullest" in run("entropy --flows 16 --links 16").stdout


@pytest.mark.parametrize(
    "words, algbw, busbw",
    [
        ("all-reduce --ranks 8 --algbw 100GB/s", 100e9, 175e9),  # nccl-tests, doc/PERFORMANCE.md
        ("all-to-all --ranks 16 --algbw 800Gb/s", 100e9, 93.75e9),
        ("all-reduce --ranks 2 --size 33554432B --time 768us", 43.6906667e9, 43.6906667e9),
        ("broadcast --ranks 5 --size 1GB --time 10ms", 100e9, 100e9),
    ],
)
def test_bus_bandwidth_of_a_measurement(words, algbw, busbw):
    made = answer(f"busbw {words}")
    assert (made["algbw_Bps"], made["busbw_Bps"]) == pytest.approx((algbw, busbw), rel=1e-8)
    assert f"{busbw / 1e9:.4g}GB/s  algbw x factor" in run(f"busbw {words}").stdout


@pytest.mark.parametrize("words", ["", "--algbw 1GB/s --size 1GB", "--size 1GB", "--algbw 1GB/s --ranks 1"])
def test_bus_bandwidth_takes_a_rate_or_a_size_and_a_time(words):
    assert run(f"busbw all-reduce --ranks 8 {words}").exit_code == 2


def test_hash_of_the_published_vector():
    """Microsoft's first vector of receive-side scaling, and the CRC of the standard library."""
    words = "hash 66.9.149.187 161.142.100.80 --src-port 2794 --dst-port 1766 --protocol 6 --links 4"
    made = {each["function"]: each for each in answer(words)["functions"]}
    assert made["toeplitz"]["hash"] == 0x51CCC178
    assert (made["toeplitz"]["modulo"], made["toeplitz"]["region"]) == (0, 1)
    message = (
        bytes([66, 9, 149, 187, 161, 142, 100, 80]) + (2794).to_bytes(2, "big") + (1766).to_bytes(2, "big") + b"\6"
    )
    assert made["crc32"]["hash"] == zlib.crc32(message)
    assert [each["symmetric"] for each in (made["crc32"], made["linux-l4"])] == [False, True]
    text = run(words).stdout
    assert "0x51ccc178" in text
    assert "other direction" in text


def test_hash_of_many_connections():
    made = answer("hash 2001:db8::1 2001:db8::2 --connections 512 --links 4")
    assert made["connections"] == 512
    by = {each["function"]: each for each in made["functions"]}
    assert by["siphash"]["used_links"] == 4
    assert by["siphash"]["same_seed_links"] == by["crc32"]["same_seed_links"] == by["crc32"]["next_seed_links"] == 1
    assert by["siphash"]["next_seed_links"] == 4
    assert by["linux-l3"]["fullest"] == 512
    assert "2nd tier, next seed" in run("hash 10.0.0.1 10.0.0.2 --connections 9").stdout
    only = answer("hash 10.0.0.1 10.0.0.2 --fields src-ip,dst-ip --connections 9")["functions"]
    assert {each["used_links"] for each in only} == {1}


def test_wcmp():
    made = answer("wcmp --weights 31.7,20.1,10.2 --table 16")
    assert made["entries"] == [3, 2, 1]
    assert made["oversubscription"] == pytest.approx(2 / 6 * 62 / 20.1, rel=1e-8)
    assert made["size_for"][-1] == {"oversubscription": 1.01, "size": 31}
    assert answer("wcmp --weights 100,1 --table 4 --drop")["entries"] == [1, 0]
    assert answer("wcmp --weights 5,3 --table 99 --bound 1.34")["entries"] == [1, 1]
    assert "+2.82%" in run("wcmp --weights 31.7,20.1,10.2 --table 16").stdout
