"""In which order a pipeline stage runs its forward and backward passes: 1F1B, plain and interleaved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easterly.demand.schedule.pairs import Numbers


@dataclass(frozen=True, slots=True)
class Passes:
    """Passes of one stage, in order.

    Attributes
    ----------
    backward : (N,) int
        0 for forward passes, 1 for backward passes.
    chunk, micro_batch : (N,) int
    """

    backward: Numbers
    chunk: Numbers
    micro_batch: Numbers


def one_forward_one_backward(stage: int, stages: int, micro_batches: int, chunks: int = 1) -> Passes:
    """Passes of a stage: forward ones until the pipeline is full, then one of each in turn, then what is left.

    Stage i of p runs p-1-i forward passes first (Narayanan et al. 2019, PipeDream). Where each stage holds v chunks of
    the model, micro-batches go through a chunk in groups of p, and ``2(p-1-i) + (v-1) p`` passes come first (Narayanan
    et al. 2021, arXiv 2104.04473, section 2.2). Where p does not divide the micro-batches, the last group is larger by
    the rest, and that many more passes come first, lest stages wait for each other.

    Parameters
    ----------
    stage, stages : int
        From 0.
    micro_batches, chunks : int

    Examples
    --------
    >>> passes = one_forward_one_backward(0, 2, 3)
    >>> "".join("FB"[b] for b in passes.backward.tolist())
    'FFBFBB'
    """
    groups, total = max(1, micro_batches // stages), micro_batches * chunks
    width = micro_batches - (groups - 1) * stages
    first = stages - 1 - stage if chunks == 1 else 2 * (stages - 1 - stage) + (chunks - 1) * width
    first = min(first, total)
    chunk, micro_batch = _through(np.minimum(np.arange(micro_batches) // stages, groups - 1), chunks)
    began = np.arange(total)
    # The j-th backward pass follows forward pass first + j; the last ones have none left to follow.
    place = np.concatenate([np.where(began < first, began, 2 * began - first), _behind(began, first, total)])
    at = np.argsort(place)
    backward, number = at // total, at % total
    return Passes(backward, np.where(backward == 1, chunks - 1 - chunk[number], chunk[number]), micro_batch[number])


def _behind(number: Numbers, first: int, total: int) -> Numbers:
    """Place of each backward pass: behind the forward pass `first` later, or behind all of them."""
    steady = total - first
    return np.where(number < steady, first + 2 * number + 1, total + number)


def _through(group: Numbers, chunks: int) -> tuple[Numbers, Numbers]:
    """Chunk and micro-batch of each forward pass: groups of micro-batches, chunk by chunk."""
    chunk, micro_batch = (x.ravel() for x in np.meshgrid(np.arange(chunks), np.arange(len(group)), indexing="ij"))
    order = np.lexsort((micro_batch, chunk, group[micro_batch]))
    return chunk[order], micro_batch[order]
