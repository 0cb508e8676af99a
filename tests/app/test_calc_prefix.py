"""``easterly calc prefix``, as its users type it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from easterly.app.cli import main


def run(words: str, given: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(main, ["calc", "prefix", *words.split()], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def lines(words: str, given: str | bytes | None = None) -> list[str]:
    result = run(words, given)
    assert result.exit_code in (0, 1), result.output
    return result.stdout.splitlines()


def answer(words: str, given: str | None = None) -> Any:
    made = json.loads(run(f"{words} --format json", given).stdout)
    assert made["findings"] == []
    return made["result"]


def test_one_prefix_taken_apart():
    made = answer("show 10.0.0.0/13")
    assert (made["addresses"], made["usable"], made["last"]) == (524288, 524286, "10.7.255.255")
    assert (made["netmask"], made["wildcard"], made["broadcast"]) == ("255.248.0.0", "0.7.255.255", "10.7.255.255")
    assert (made["previous"], made["next"], made["above"], made["buddy"]) == (
        "9.248.0.0/13", "10.8.0.0/13", "10.0.0.0/12", "10.8.0.0/13",
    )  # fmt: skip
    assert made["purpose"]["kind"] == "private" and len(made["reverse"]) == 8
    assert made["binary"] == "00001010.00000|000.00000000.00000000"
    six = answer("show 2001:db8::/126")
    assert (six["addresses"], six["usable"], six["broadcast"], six["netmask"]) == (4, 3, None, None)
    assert "10.1.1.0/24" in lines("show 10.1.1.1/24 --interface")[0]
    assert any("not all of it" in line for line in lines("show 10.0.0.0/7"))


def test_what_addresses_are_for():
    assert "RFC 9637" in "".join(lines("classify 3fff::1"))
    made = answer("classify 172.31.255.255 172.32.0.0 10.0.0.0/7")
    assert made["kinds"] == {"private": 1, "global": 2}
    assert [row["mixed"] for row in made["rows"]] == [False, False, True]
    shown = lines("classify -", "10.0.0.0/8\n" * 30 + "100.64.0.1\n")
    assert any("and 11 more" in line for line in shown) and shown[-1].split() == ["shared", "1"]


def test_lists_are_one_a_line(tmp_path):
    (tmp_path / "one").write_text("10.0.0.0/24\n10.0.1.0/24  # next\n\nfd00::/9\nfd80::/9\n")
    (tmp_path / "two").write_bytes(b"\xef\xbb\xbf10.0.0.0/23\r\n")
    one, two = f"@{tmp_path / 'one'}", f"@{tmp_path / 'two'}"
    assert lines(f"summarise {one}") == ["10.0.0.0/23", "fd00::/8"]
    assert lines("summarise - 10.0.2.0/23", "10.0.0.0/24\n10.0.1.0") == ["10.0.0.0/24", "10.0.1.0/32", "10.0.2.0/23"]
    assert lines(f"subtract {one} fd00::/9") == ["10.0.0.0/23", "fd80::/9"]
    assert lines(f"intersect {one} {two}") == ["10.0.0.0/23"]
    assert lines(f"diff {one} {two}") == ["- fd00::/8"] and run(f"diff {two} {two}").exit_code == 0
    assert answer(f"diff {one} {two}")["addresses_of_both"] == 512
    assert lines(f"overlaps {one} {two}") == ["10.0.0.0/24 is in 10.0.0.0/23", "10.0.1.0/24 is in 10.0.0.0/23"]
    assert run(f"overlaps {one}").exit_code == 0 and run(f"overlaps {one} {two}").exit_code == 1
    assert answer(f"count {one} --of 26") == {
        "prefixes": 4, "summarised": 2, "addresses": 512 + 2**120, "usable": 508 + 2**120 - 2, "overlap": False,
        "subnets": 8 + 2**18, "length": 26,
    }  # fmt: skip
    assert lines(f"lookup {one} 10.0.1.9 192.0.2.1") == ["10.0.1.9 10.0.1.0/24", "192.0.2.1 none"]


def test_containment_is_an_exit_code():
    assert run("contains 10.0.0.0/13 10.7.255.0/24").exit_code == 0
    assert lines("contains 10.0.0.0/13 10.8.0.0") == ["10.8.0.0/32 is not in it"]
    assert run("contains 10.0.0.0/13 10.8.0.0 10.7.0.0").exit_code == 1
    assert lines("contains - 10.0.0.0/23", "10.0.0.0/24\n10.0.1.0/24\n") == ["10.0.0.0/23 is in several together"]
    assert lines("contains 10.0.0.0/24 10.0.0.0/23") == ["10.0.0.0/23 is only partly in it"]


def test_supernets_hold_more():
    assert lines("supernet 192.168.1.0/24 192.168.2.0/24 ::1") == [
        "192.168.0.0/22 holds 512 addresses more", "::1/128 exactly",
    ]  # fmt: skip
    assert lines("supernet 0.0.0.0 255.255.255.255")[0].startswith("0.0.0.0/0 holds 4,294,967,294")
    assert answer("count 10.0.0.0/24 --of 64")["subnets"] == 0


def test_ranges_and_subnets():
    assert len(lines("range 10.0.0.1-10.0.0.254")) == 14 and lines("range 10.0.0.0 10.0.0.3") == ["10.0.0.0/30"]
    assert lines("expand 10.0.0.0/30 --usable") == ["10.0.0.1", "10.0.0.2"]
    assert lines("expand 10.0.0.0/31") == lines("expand 10.0.0.0/31 --usable") == ["10.0.0.0", "10.0.0.1"]
    assert lines("expand 2001:db8::/47 --into 48") == ["2001:db8::/48", "2001:db8:1::/48"]
    assert lines("sparse 2001:db8::/32 --into 35 --count 2") == ["2001:db8::/35", "2001:db8:8000::/35"]


def test_reverse_zones():
    assert lines("reverse 10.99.0.51") == ["51.0.99.10.in-addr.arpa"]
    assert len(lines("reverse 2001:db8::/45")) == 8
    assert lines("reverse 192.0.2.0/25 --records")[:2] == [
        "0/25.2.0.192.in-addr.arpa", "1.2.0.192.in-addr.arpa. CNAME 1.0/25.2.0.192.in-addr.arpa.",
    ]  # fmt: skip
    assert len(answer("reverse 192.0.2.0/25")[0]["aliases"]) == 126


def test_subnets_of_unequal_size(tmp_path):
    (tmp_path / "needs.csv").write_text("name,hosts,growth\nlan,100,20\nlink,/31\n")
    made = answer(f"vlsm 192.168.1.0/24 --needs {tmp_path / 'needs.csv'} --need voice=50")
    assert [(row["name"], row["prefix"]) for row in made["subnets"]] == [
        ("voice", "192.168.1.128/26"), ("lan", "192.168.1.0/25"), ("link", "192.168.1.192/31"),
    ]  # fmt: skip
    assert made["subnets"][1]["spare"] == 26 and made["left"][0] == "192.168.1.194/31"
    assert "left: 192.168.1.128/25" in lines("vlsm 192.168.1.0/24 --need lan=100")[-1]
    (tmp_path / "bad").write_text("lan,100\nx\n")
    result = run(f"vlsm 10.0.0.0/8 --needs {tmp_path / 'bad'}")
    assert result.exit_code == 1 and f"{tmp_path / 'bad'}:2:1: error[E122]" in result.stderr
    (tmp_path / "bad").write_bytes(b"lan,100\n\xff\n")
    assert ":2:1: error[E134]" in run(f"vlsm 10.0.0.0/8 --needs {tmp_path / 'bad'}").stderr


@pytest.mark.parametrize("words, says", [
    ("show 10.1.1.1/24", "did you mean 10.1.1.0/24?"), ("show 010.0.0.1", "leading zeros"),
    ("show 10.1", "not an address"),
    ("summarise 1.2.3.0/0.0.0.255", "wildcard mask"), ("classify fe80::1%eth0", "RFC 4007"),
    ("range 10.0.0.2 10.0.0.1", "comes after"), ("range 10.0.0.1", "LAST is missing"),
    ("expand ::/0", "more than 1,048,576"),
    ("expand 10.0.0.0/24 --into 8", "the length is between"), ("expand 10.0.0.0/24 --into 25 --usable", "one of them"),
    ("vlsm 10.0.0.0/24", "there is no need"), ("vlsm 10.0.0.0/24 --need lan=500", "no room for lan"),
    ("show 10.0.0.1 --interface", "has no length"),
    ("sparse 10.0.0.0/24 --into 26", "count is 8, and 10.0.0.0/24 has 4 of /26"),
    ("summarise @/no/such/file", "cannot be read"), ("sumarise 10.0.0.0/8", "summarise"),
])  # fmt: skip
def test_what_cannot_be_done_is_said(words, says):
    result = run(words)
    assert result.exit_code == 2 and says in result.stderr.replace("\n", " "), result.stderr
    as_json = run(f"{words} --format json")
    assert as_json.exit_code == 2 and "Traceback" not in as_json.output


def test_faults_of_lists_are_located():
    result = run("summarise -", "10.0.0.0/8\n 10.0.0.1/8\n" + "x\n" * 30)
    assert result.exit_code == 1 and "input:2:2: error[E511]" in result.stderr and "and 11 more" in result.stderr
    made = json.loads(run("summarise - --format json", b"\xff\n").stdout)
    assert [(each["code"], each["line"], each["column"]) for each in made["findings"]] == [("E510", 1, 1)]


def test_what_is_no_list_is_told_by_its_beginning(tmp_path):
    (tmp_path / "list").write_text("10.0.0.0/8\n" + "x" * 100_000 + "\n")
    made = CliRunner().invoke(main, ["calc", "prefix", "summarise", f"@{tmp_path / 'list'}"])
    assert made.exit_code == 1 and "list:2:1" in made.output and len(made.output) < 500
