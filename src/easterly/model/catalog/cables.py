"""Cable media by rate, with the reach that their standard promises.

Reach is the operating distance of IEEE Std 802.3 (2022, with amendments db, df and ck folded in where
named), on OM4 multimode or single-mode fibre. Where the standard has no copper for a distance but the
trade has (active electrical cables), the entry says so. Active optical cables are not chosen: their ends
cannot be replaced, and a transceiver on each end of structured fibre serves every length.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Annotated

from easterly.base.schema import Doc, Unit

GBPS = 1e9


@dataclass(frozen=True, slots=True)
class Medium:
    """One way to join two ports.

    Attributes
    ----------
    optics : int
        Transceivers per cable: two on fibre, none on copper, whose ends are part of it.
    """

    name: Annotated[str, Doc("Physical layer, such as ``400GBASE-DR4``.")]
    kind: Annotated[str, Doc("DAC, AEC, multimode, single-mode or twisted pair.")]
    rate_bps: Annotated[float, Unit("bit/s"), Doc("Rate.")]
    reach_m: Annotated[float, Unit("m"), Doc("Longest cable.")]
    optics: Annotated[int, Unit("1"), Doc("Transceivers per cable.")]
    source: Annotated[str, Doc("Where the reach is stated.")]


def _copper(rate_gbps: float, name: str, reach_m: float, source: str) -> Medium:
    return Medium(name, "DAC", rate_gbps * GBPS, reach_m, 0, source)


def _active(rate_gbps: float, name: str, reach_m: float) -> Medium:
    return Medium(
        name, "AEC", rate_gbps * GBPS, reach_m, 0, "vendors' data sheets of active electrical cables; not in IEEE 802.3"
    )


def _multimode(rate_gbps: float, name: str, reach_m: float, source: str) -> Medium:
    return Medium(name, "multimode", rate_gbps * GBPS, reach_m, 2, source)


def _single(rate_gbps: float, name: str, reach_m: float, source: str) -> Medium:
    return Medium(name, "single-mode", rate_gbps * GBPS, reach_m, 2, source)


MEDIA: tuple[Medium, ...] = (
    Medium("1000BASE-T", "twisted pair", 1e9, 100, 0, "IEEE 802.3 clause 40"),
    _multimode(1, "1000BASE-SX", 550, "IEEE 802.3 clause 38"),
    _single(1, "1000BASE-LX", 5e3, "IEEE 802.3 clause 38"),
    _single(1, "1000BASE-LX10", 10e3, "IEEE 802.3 clause 59"),
    _copper(10, "10G DAC", 7, "SFF-8431; IEEE 802.3 has no such copper"),
    _multimode(10, "10GBASE-SR", 400, "IEEE 802.3 clause 52"),
    _single(10, "10GBASE-LR", 10e3, "IEEE 802.3 clause 52"),
    _single(10, "10GBASE-ER", 40e3, "IEEE 802.3 clause 52"),
    _copper(25, "25GBASE-CR", 5, "IEEE 802.3 clause 110"),
    _multimode(25, "25GBASE-SR", 100, "IEEE 802.3 clause 112"),
    _single(25, "25GBASE-LR", 10e3, "IEEE 802.3 clause 114"),
    _single(25, "25GBASE-ER", 40e3, "IEEE 802.3 clause 114"),
    _copper(40, "40GBASE-CR4", 7, "IEEE 802.3 clause 85"),
    _multimode(40, "40GBASE-SR4", 150, "IEEE 802.3 clause 86"),
    _single(40, "40GBASE-LR4", 10e3, "IEEE 802.3 clause 87"),
    _single(40, "40GBASE-ER4", 40e3, "IEEE 802.3 clause 87"),
    _copper(50, "50GBASE-CR", 3, "IEEE 802.3 clause 136"),
    _multimode(50, "50GBASE-SR", 100, "IEEE 802.3 clause 138"),
    _single(50, "50GBASE-FR", 2e3, "IEEE 802.3 clause 139"),
    _single(50, "50GBASE-LR", 10e3, "IEEE 802.3 clause 139"),
    _single(50, "50GBASE-ER", 40e3, "IEEE 802.3 clause 139"),
    _copper(100, "100GBASE-CR4", 5, "IEEE 802.3 clause 92"),
    _multimode(100, "100GBASE-SR4", 100, "IEEE 802.3 clause 95"),
    _single(100, "100GBASE-DR", 500, "IEEE 802.3 clause 140"),
    _single(100, "100GBASE-FR1", 2e3, "IEEE 802.3 clause 140"),
    _single(100, "100GBASE-LR1", 10e3, "IEEE 802.3 clause 140"),
    _single(100, "100GBASE-ER4", 40e3, "IEEE 802.3 clause 88"),
    _single(100, "100GBASE-ZR", 80e3, "IEEE 802.3 clause 154"),
    _copper(200, "200GBASE-CR4", 3, "IEEE 802.3 clause 136"),
    _active(200, "200G AEC", 7),
    _multimode(200, "200GBASE-SR4", 100, "IEEE 802.3 clause 138"),
    _single(200, "200GBASE-DR4", 500, "IEEE 802.3 clause 121"),
    _single(200, "200GBASE-FR4", 2e3, "IEEE 802.3 clause 122"),
    _single(200, "200GBASE-LR4", 10e3, "IEEE 802.3 clause 122"),
    _single(200, "200GBASE-ER4", 40e3, "IEEE 802.3 clause 122"),
    _copper(400, "400GBASE-CR4", 2, "IEEE 802.3ck clause 162"),
    _active(400, "400G AEC", 7),
    _multimode(400, "400GBASE-VR4", 50, "IEEE 802.3db clause 167"),
    _multimode(400, "400GBASE-SR4", 100, "IEEE 802.3db clause 167"),
    _single(400, "400GBASE-DR4", 500, "IEEE 802.3 clause 124"),
    _single(400, "400GBASE-FR4", 2e3, "IEEE 802.3 clause 151"),
    _single(400, "400GBASE-LR4-6", 6e3, "IEEE 802.3 clause 151"),
    _single(400, "400GBASE-LR8", 10e3, "IEEE 802.3 clause 122"),
    _single(400, "400GBASE-ER8", 40e3, "IEEE 802.3 clause 122"),
    _single(400, "400ZR", 80e3, "OIF-400ZR-01.0, with amplifiers"),
    _copper(800, "800GBASE-CR8", 2, "IEEE 802.3df clause 162"),
    _active(800, "800G AEC", 5),
    _multimode(800, "800GBASE-VR8", 50, "IEEE 802.3df clause 167"),
    _multimode(800, "800GBASE-SR8", 100, "IEEE 802.3df clause 167"),
    _single(800, "800GBASE-DR8", 500, "IEEE 802.3df clause 124"),
    _single(800, "800GBASE-DR8-2", 2e3, "IEEE 802.3df clause 124"),
    _copper(1600, "1.6TBASE-CR8", 1, "IEEE P802.3dj objectives"),
    _single(1600, "1.6TBASE-DR8", 500, "IEEE P802.3dj objectives"),
    _single(1600, "1.6TBASE-DR8-2", 2e3, "IEEE P802.3dj objectives"),
)
"""All media; within a rate in the order in which they are preferred: shortest reach, and with it price, first."""

NONE = Medium("none", "none", 0.0, 0.0, 0, "no medium of the catalog has this rate and reach")
"""What `medium` answers where nothing reaches; the finding E422 reports it."""

_RATES = sorted({entry.rate_bps for entry in MEDIA})


def medium(rate_bps: float, length_m: float) -> Medium:
    """Cheapest medium for a rate and a length.

    The rate is rounded up to the next rate that the catalog has; among its media the one of the
    shortest reach that still covers the length is taken, which puts copper before fibre.

    Parameters
    ----------
    rate_bps : float [bit/s]
    length_m : float [m]

    Returns
    -------
    Medium
        `NONE` where nothing reaches.

    Examples
    --------
    >>> [medium(400e9, length).name for length in (1.5, 3, 40, 150, 900)]
    ['400GBASE-CR4', '400G AEC', '400GBASE-VR4', '400GBASE-DR4', '400GBASE-FR4']
    """
    place = bisect_left(_RATES, rate_bps)
    if place == len(_RATES):
        return NONE
    return next((m for m in MEDIA if m.rate_bps == _RATES[place] and m.reach_m >= length_m), NONE)
