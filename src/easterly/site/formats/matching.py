"""Places of traffic matrices and nodes of a network, where the two come from different files."""

from __future__ import annotations

from easterly.base.columns import IntColumn, ints
from easterly.base.findings import FindingsError, nearest
from easterly.model.matrix import TrafficMatrices
from easterly.site.formats.draft import SEARCHED
from easterly.site.formats.found import Found
from easterly.site.formats.importing import Imported
from easterly.site.formats.values import shown


def node_rows(imported: Imported, matrices: TrafficMatrices, *, file: str = "") -> IntColumn:
    r"""Find the node of every place of matrices.

    Matrices name places as the network does, or by the keys that stand in its file: numbers in REPETITA, in GML and in
    GraphML, where nodes are shown by their labels. One of the two has to hold for all places.

    Parameters
    ----------
    imported : Imported
        With a network.
    matrices : TrafficMatrices
    file : str
        Name of the file of the matrices, for findings.

    Returns
    -------
    (P,) int
        Row in `Network.nodes` of each of the P places.

    Raises
    ------
    FindingsError
        E125 for places that are no nodes.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from easterly.site.formats import read
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "n.gml").write_text('''graph [ node [ id 7 label "Oslo" ] node [ id 3 label "Bergen" ]
    ... edge [ source 7 target 3 LinkSpeedRaw 1e9 ] ]''')
    >>> _ = (folder / "m.csv").write_text("tm,src,dst,demand\n0,3,7,2.5\n")
    >>> network, matrices = read(folder / "n.gml"), read(folder / "m.csv").matrices
    >>> matrices.places, node_rows(network, matrices).tolist()
    (('3', '7'), [1, 0])
    """
    index = index_for(imported, matrices.places)
    if all(place in index for place in matrices.places):
        return ints([index[place] for place in matrices.places])
    raise FindingsError(_missing(matrices.places, index, file).all())


def index_for(imported: Imported, places: tuple[str, ...]) -> dict[str, int]:
    """Rows of nodes by their names or by the keys of the file: by whatever has most of the places."""
    names = imported.network.nodes.name.tolist() if imported.network is not None else []
    by_name = {name: row for row, name in enumerate(names)}
    by_key = {key: row for row, key in enumerate(imported.keys)}
    return max((by_name, by_key), key=lambda known: sum(place in known for place in places))


def _missing(places: tuple[str, ...], index: dict[str, int], file: str) -> Found:
    """Findings about the places that are no nodes."""
    found = Found(file)
    missing = [place for place in places if place not in index]
    for place in missing:
        hint = hint_for(place, index)
        found.error("E125", f"the demands name {shown(place)}, which is no node of the network", hint=hint)
    return found


def hint_for(place: str, index: dict[str, int]) -> str:
    """The nearest node, or a few of those that there are."""
    near = nearest(place, index) if len(index) <= SEARCHED else None
    some = ", ".join(shown(name) for name in list(index)[:3])
    return f"did you mean {near}?" if near is not None else f"the network has nodes such as {some}"
