"""Route targets and route distinguishers as text."""

from __future__ import annotations

TWO, FOUR = 1 << 16, 1 << 32


def route_target(asn: int, number: int) -> str:
    """A route target of an AS.

    An AS number of two bytes leaves four bytes for the number (RFC 4360 section 3.1), one of four bytes leaves two
    (RFC 5668 section 2); a VNI has three, and fits the first form alone.

    Raises
    ------
    ValueError
        The numbers fit neither form.

    Examples
    --------
    >>> route_target(64512, 10_000), route_target(4_200_000_000, 7)
    ('64512:10000', '4200000000:7')
    """
    if not 0 < asn < FOUR - 1:
        raise ValueError(f"AS number {asn} of a route target: it is 1 to {FOUR - 2}; write a private one, like 64512")
    most = FOUR if asn < TWO else TWO
    if not 0 <= number < most:
        raise ValueError(
            f"route target {asn}:{number}: beside an AS number of {2 if asn < TWO else 4} bytes there is room for 0 to "
            f"{most - 1}; take an AS number below 65536 or a smaller number"
        )
    return f"{asn}:{number}"


def route_distinguisher(loopback: str, number: int) -> str:
    """A route distinguisher of type 1: an IPv4 address, and a number of two bytes (RFC 4364 section 4.2).

    Raises
    ------
    ValueError
        The number has more than two bytes.

    Examples
    --------
    >>> route_distinguisher("10.65.0.3", 10_000)
    '10.65.0.3:10000'
    """
    if not 0 <= number < TWO:
        raise ValueError(f"route distinguisher {loopback}:{number}: the number is 0 to {TWO - 1}; cut it to two bytes")
    return f"{loopback}:{number}"
