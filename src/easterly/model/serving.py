"""Inference services as they run: rates, times, memory, and what users notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import FloatColumn, IntColumn, TextColumn
from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class Services:
    """One row per inference service, in the order of names.

    Times are infinite where a pool is asked more than it can do, and not a number where nobody knows what the GPUs can
    do. Prefill and decode of an aggregated service are the same replicas. Needed replicas are -1 where no number of
    them is enough.
    """

    name: Annotated[TextColumn, Doc("Service.")]
    mode: Annotated[TextColumn, Doc("disaggregated or aggregated.")]
    requests_hz: Annotated[FloatColumn, Unit("1/s"), Doc("Requests.")]
    prompt_hz: Annotated[FloatColumn, Unit("1/s"), Doc("Tokens of prompts that are computed.")]
    output_hz: Annotated[FloatColumn, Unit("1/s"), Doc("Tokens of answers.")]
    prefill_replicas: Annotated[IntColumn, Unit("1"), Doc("Replicas that compute prompts.")]
    prefill_gpus: Annotated[IntColumn, Unit("1"), Doc("GPUs of one of them.")]
    prefill_flop: Annotated[FloatColumn, Unit("FLOP"), Doc("Work of a mean prompt.")]
    prefill_s: Annotated[FloatColumn, Unit("s"), Doc("Mean time to compute a prompt, without waiting.")]
    prefill_utilisation: Annotated[
        FloatColumn, Unit("1"), Doc("Share of the time that prefill replicas compute prompts.")
    ]
    wait_s: Annotated[FloatColumn, Unit("s"), Doc("Mean wait of a prompt for a replica.")]
    cache_B: Annotated[FloatColumn, Unit("B"), Doc("Cache that a mean request hands from prefill to decode.")]
    cache_nic_s: Annotated[FloatColumn, Unit("s"), Doc("Time of that through one interface.")]
    cache_s: Annotated[FloatColumn, Unit("s"), Doc("Time of that through all interfaces that its GPUs can use.")]
    cache_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("Rate of all caches.")]
    ttft_mean_s: Annotated[FloatColumn, Unit("s"), Doc("Mean time to first token.")]
    ttft_quantile: Annotated[FloatColumn, Unit("1"), Doc("Quantile of `ttft_s`.")]
    ttft_s: Annotated[FloatColumn, Unit("s"), Doc("Quantile of the time to first token.")]
    decode_replicas: Annotated[IntColumn, Unit("1"), Doc("Replicas that make answers.")]
    decode_gpus: Annotated[IntColumn, Unit("1"), Doc("GPUs of one of them.")]
    decode_sequences: Annotated[FloatColumn, Unit("1"), Doc("Mean number of sequences in a decode replica.")]
    decode_limit: Annotated[
        FloatColumn, Unit("1"), Doc("Sequences that a decode replica works on at most, by memory and `batch`.")
    ]
    decode_utilisation: Annotated[
        FloatColumn, Unit("1"), Doc("Tokens asked of a decode replica over the most it can make.")
    ]
    decode_binds: Annotated[TextColumn, Doc("What the step of a decode replica waits for: memory, compute or network.")]
    itl_mean_s: Annotated[FloatColumn, Unit("s"), Doc("Mean time between two tokens of an answer.")]
    itl_quantile: Annotated[FloatColumn, Unit("1"), Doc("Quantile of `itl_s`.")]
    itl_s: Annotated[FloatColumn, Unit("s"), Doc("Quantile of the time between two tokens.")]
    weights_B: Annotated[FloatColumn, Unit("B"), Doc("Weights on the fullest GPU.")]
    caches_B: Annotated[FloatColumn, Unit("B"), Doc("Caches on a decode GPU, in the mean.")]
    memory_B: Annotated[FloatColumn, Unit("B"), Doc("Memory of a GPU that weights and caches may take.")]
    prefill_needed: Annotated[IntColumn, Unit("1"), Doc("Fewest prefill replicas that meet the objective, or keep up.")]
    decode_needed: Annotated[IntColumn, Unit("1"), Doc("Fewest decode replicas that meet the objective, or keep up.")]
    capacity_hz: Annotated[FloatColumn, Unit("1/s"), Doc("Requests that the slower pool can serve.")]
    peak_hz: Annotated[FloatColumn, Unit("1/s"), Doc("Requests at the peak of the flash crowd.")]
    overload_s: Annotated[FloatColumn, Unit("s"), Doc("Time until the backlog of the flash crowd is gone.")]
    backlog: Annotated[FloatColumn, Unit("1"), Doc("Most requests that wait during the flash crowd.")]
    backlog_s: Annotated[FloatColumn, Unit("s"), Doc("Longest wait during the flash crowd.")]
    users_in_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("Requests on the wire: north-south, inwards.")]
    users_out_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("Answers on the wire: north-south, outwards.")]

    def __len__(self) -> int:
        return len(self.name)
