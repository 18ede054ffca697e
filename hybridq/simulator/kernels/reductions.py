"""Sums over the state: energies and overlaps, over fixed chunks so that threads do not matter."""

from __future__ import annotations

from hybridq._jit import jit
from hybridq.simulator.kernels.phases import CHUNK, LEVELS


@jit(internal=True)
def stored_costs(out, count, cost, first, flipped):
    """Into ``out[:count]`` the stored costs of z = first + v."""
    if cost.kind == LEVELS:
        last = cost.numbers.shape[0] - 1
        for v in range(count):
            out[v] = cost.levels[cost.numbers[last - first - v if flipped else first + v]]
    else:
        last = cost.levels.shape[0] - 1
        for v in range(count):
            out[v] = cost.levels[last - first - v if flipped else first + v]


@jit(internal=True)
def add_chunk_costs(out, a, a_at, b, b_at, shared):
    """Into ``out[:CHUNK]`` the quadratic costs A[a_at + v] + B[b_at + v] + shared."""
    for v in range(CHUNK):
        out[v] = a[a_at + v] + b[b_at + v] + shared


@jit(internal=True)
def energy(re, im, at, count, costs):
    """Σ_v |φ(at + v)|² costs[v], in double precision."""
    total = 0.0
    for v in range(count):
        a, b = float(re[at + v]), float(im[at + v])
        total += (a * a + b * b) * costs[v]
    return total


@jit(internal=True)
def cost_overlap(bra_re, bra_im, ket_re, ket_im, at, count, costs):
    """Im Σ_v conj(bra) costs ket = Re ⟨bra| −iH |ket⟩, in double precision."""
    total = 0.0
    for v in range(count):
        left = float(bra_re[at + v]) * ket_im[at + v] - float(bra_im[at + v]) * ket_re[at + v]
        total += left * costs[v]
    return total


@jit(internal=True)
def scale_by_costs(out_re, out_im, re, im, at, count, costs):
    """Into (out_re, out_im) the amplitudes times their costs."""
    for v in range(count):
        out_re[at + v] = re[at + v] * costs[v]
        out_im[at + v] = im[at + v] * costs[v]


@jit(internal=True)
def chunk_probability(re, im, at, count):
    """Σ_v |φ(at + v)|², in double precision."""
    total = 0.0
    for v in range(count):
        a, b = float(re[at + v]), float(im[at + v])
        total += a * a + b * b
    return total
