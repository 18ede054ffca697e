"""Sweeps of blocks of gates over statevectors, one for each record of errors.

Real and imaginary parts lie apart, shape (2, 2**n), so that the inner loops use vector lanes. A
block is a complex matrix on one or two qubits, shape (2, 4, 4); on one qubit only its first two
rows and columns count. Matrices are sorted by their zeros: diagonal ones multiply in place.
"""

from __future__ import annotations

import numpy as np

from hybridq.core.jit import jit

TILE = 64
CHUNK = 16  # amplitudes of the shortest inner loop over contiguous memory


@jit(inline=True)
def _is_diagonal(matrix, size):
    """Return whether a matrix has no entries off its diagonal."""
    for i in range(size):
        for j in range(size):
            if i != j and (matrix[0, i, j] != 0.0 or matrix[1, i, j] != 0.0):
                return False
    return True


@jit(inline=True)
def _turn(re, im, c, s):
    """Multiply contiguous amplitudes by one phase."""
    for t in range(len(re)):
        x, y = re[t], im[t]
        re[t] = c * x - s * y
        im[t] = c * y + s * x


@jit(inline=True)
def _turn_each(re, im, cosine, sine):
    """Multiply contiguous amplitudes by a phase each."""
    for t in range(CHUNK):
        x, y = re[t], im[t]
        re[t] = cosine[t] * x - sine[t] * y
        im[t] = cosine[t] * y + sine[t] * x


@jit(internal=True)
def _phases(re, im, matrix, low, high, cosine, sine):
    """Multiply by a diagonal matrix on low < high, or on low = high alone."""
    size = len(re)
    run = 1 << low
    if run >= CHUNK or size <= CHUNK:
        for part in range(size // run):
            entry = part & 1
            start = part * run
            if high != low:
                entry += 2 * ((start >> high) & 1)
            c, s = matrix[0, entry, entry], matrix[1, entry, entry]
            if c != 1.0 or s != 0.0:
                _turn(re[start : start + run], im[start : start + run], c, s)
        return
    outer = high if high != low and (1 << high) >= CHUNK else 62
    for above in range(2 if outer < 62 else 1):
        for t in range(CHUNK):
            entry = (t >> low) & 1
            if outer < 62:
                entry += 2 * above
            elif high != low:
                entry += 2 * ((t >> high) & 1)
            cosine[t], sine[t] = matrix[0, entry, entry], matrix[1, entry, entry]
        for part in range(size // CHUNK):
            start = part * CHUNK
            if outer == 62 or ((start >> outer) & 1) == above:
                _turn_each(re[start : start + CHUNK], im[start : start + CHUNK], cosine, sine)


@jit(inline=True)
def _mix(x, y, u, v, a, b, c, d, e, f, g, h):
    """Multiply pairs of contiguous amplitudes by a matrix."""
    for t in range(len(x)):
        p, q, r, s = x[t], y[t], u[t], v[t]
        x[t] = a * p - b * q + c * r - d * s
        y[t] = a * q + b * p + c * s + d * r
        u[t] = e * p - f * q + g * r - h * s
        v[t] = e * q + f * p + g * s + h * r


@jit(internal=True)
def _one_qubit(re, im, matrix, qubit, tile):
    """Multiply by a matrix on one qubit."""
    a, b = matrix[0, 0, 0], matrix[1, 0, 0]
    c, d = matrix[0, 0, 1], matrix[1, 0, 1]
    e, f = matrix[0, 1, 0], matrix[1, 1, 0]
    g, h = matrix[0, 1, 1], matrix[1, 1, 1]
    size, half = len(re), 1 << qubit
    if half >= 8 or size < 2 * TILE:
        for part in range(size // (2 * half)):
            start = 2 * half * part
            middle, end = start + half, start + 2 * half
            _mix(
                re[start:middle], im[start:middle], re[middle:end], im[middle:end],
                a, b, c, d, e, f, g, h,
            )  # fmt: skip
        return
    for part in range(size // (2 * half)):
        for k in range(half):
            i = 2 * half * part + k
            j = i + half
            p, q, r, w = re[i], im[i], re[j], im[j]
            re[i] = a * p - b * q + c * r - d * w
            im[i] = a * q + b * p + c * w + d * r
            re[j] = e * p - f * q + g * r - h * w
            im[j] = e * q + f * p + g * w + h * r


@jit(inline=True)
def _spread(group, low, high):
    """Return the number `group` with a 0 inserted as bits low < high."""
    below = group & ((np.int64(1) << low) - 1)
    group = ((group - below) << 1) + below
    below = group & ((np.int64(1) << high) - 1)
    return ((group - below) << 1) + below


@jit(inline=True)
def _row(matrix, i, tile, product, width):
    """Write one row of a sparse matrix times a tile."""
    real, imaginary = product[0], product[1]
    for t in range(width):
        real[t] = 0.0
        imaginary[t] = 0.0
    for j in range(4):
        c, s = matrix[0, i, j], matrix[1, i, j]
        if c != 0.0 or s != 0.0:
            x, y = tile[0, j], tile[1, j]
            for t in range(width):
                real[t] += c * x[t] - s * y[t]
                imaginary[t] += c * y[t] + s * x[t]


@jit(inline=True)
def _copy(target, source):
    """Copy contiguous amplitudes."""
    for t in range(len(source)):
        target[t] = source[t]


@jit(internal=True)
def _copy_state(target, source):
    """Copy a state.

    Numba compiles an assignment of arrays together with the text of its errors, in seconds.
    """
    for part in range(2):
        _copy(target[part], source[part])


@jit(inline=True)
def _place(bases, part, width, low, high):
    """Write the indices of a tile's groups, with 0 at the qubits of the block."""
    for t in range(width):
        group = part * width + t
        if high < 0:
            below = group & ((1 << low) - 1)
            bases[t] = ((group - below) << 1) + below
        else:
            bases[t] = _spread(group, low, high)


@jit(internal=True)
def _gather(re, im, bases, low, high, width, tile):
    """Copy the groups of a tile, one row for each state of the block."""
    first, second = 1 << low, 1 << max(high, 0)
    run = min(first, width)  # contiguous amplitudes
    for j in range(2 if high < 0 else 4):
        offset = first * (j & 1) + second * (j >> 1)
        x, y = tile[0, j], tile[1, j]
        if run >= CHUNK:
            for t in range(0, width, run):
                base = bases[t] + offset
                _copy(x[t : t + run], re[base : base + run])
                _copy(y[t : t + run], im[base : base + run])
        else:
            for t in range(width):
                x[t], y[t] = re[bases[t] + offset], im[bases[t] + offset]


@jit(internal=True)
def _two_qubits(re, im, matrix, low, high, tile, product, bases):
    """Multiply by a matrix on the qubits low < high, the lower one its lowest bit."""
    groups, first, second = len(re) >> 2, 1 << low, 1 << high
    width = min(TILE, groups)
    run = min(first, width)
    real, imaginary = product[0], product[1]
    for part in range(groups // width):
        _place(bases, part, width, low, high)
        _gather(re, im, bases, low, high, width, tile)
        for i in range(4):
            _row(matrix, i, tile, product, width)
            offset = first * (i & 1) + second * (i >> 1)
            if run >= CHUNK:
                for t in range(0, width, run):
                    base = bases[t] + offset
                    _copy(re[base : base + run], real[t : t + run])
                    _copy(im[base : base + run], imaginary[t : t + run])
            else:
                for t in range(width):
                    re[bases[t] + offset], im[bases[t] + offset] = real[t], imaginary[t]


@jit(internal=True)
def _multiply(state, matrix, low, high, tile, product, bases):
    """Multiply a state, shape (2, 2**n), by a block; high < 0 on one qubit."""
    re, im = state[0], state[1]
    one = high < 0
    if _is_diagonal(matrix, 2 if one else 4):
        _phases(re, im, matrix, low, low if one else high, product[0], product[1])
    elif one:
        _one_qubit(re, im, matrix, low, tile)
    else:
        _two_qubits(re, im, matrix, low, high, tile, product, bases)


@jit()
def run(states, clean, position, qubits, matrices, firsts, starts, places, specials):
    """Write the final state of each record.

    Args:
        states: float64, shape (rows, 2, 2**n).
        clean: the state without errors before block `position`, shape (2, 2**n); moved on.
        position: block before which `clean` is.
        qubits: of each block, ascending, −1 for none, int64, shape (blocks, 2).
        matrices: of each block without errors, float64, shape (blocks, 2, 4, 4).
        firsts: of each row its first block with errors, ascending, int64, shape (rows,).
        starts: first entry of each row in `places`, int64, shape (rows + 1,).
        places: the blocks with errors of each row, ascending, int64, shape (k,).
        specials: their matrices, float64, shape (k, 2, 4, 4).

    Returns:
        The block before which `clean` is.
    """
    tile, product = np.empty((2, 4, TILE)), np.empty((2, TILE))
    bases = np.empty(TILE, np.int64)
    blocks = len(qubits)
    for row in range(len(firsts)):
        while position < firsts[row]:
            low, high = qubits[position, 0], qubits[position, 1]
            _multiply(clean, matrices[position], low, high, tile, product, bases)
            position += 1
        state = states[row]
        _copy_state(state, clean)
        k = starts[row]
        for block in range(position, blocks):
            low, high = qubits[block, 0], qubits[block, 1]
            if k < starts[row + 1] and places[k] == block:
                _multiply(state, specials[k], low, high, tile, product, bases)
                k += 1
            else:
                _multiply(state, matrices[block], low, high, tile, product, bases)
    return position


@jit(internal=True)
def _overlaps(bra, ket, low, high, sums, left, right, bases):
    """Add Σ conj(bra_i) ket_j over all other qubits to sums, shape (2, 4, 4)."""
    size = 2 if high < 0 else 4
    groups = len(bra[0]) // size
    width = min(TILE, groups)
    for part in range(groups // width):
        _place(bases, part, width, low, high)
        _gather(bra[0], bra[1], bases, low, high, width, left)
        _gather(ket[0], ket[1], bases, low, high, width, right)
        for i in range(size):
            x, y = left[0, i], left[1, i]
            for j in range(size):
                u, v = right[0, j], right[1, j]
                real, imaginary = 0.0, 0.0
                for t in range(width):
                    real += x[t] * u[t] + y[t] * v[t]
                    imaginary += x[t] * v[t] - y[t] * u[t]
                sums[0, i, j] += real
                sums[1, i, j] += imaginary


@jit(internal=True)
def _back(bra, ket, back, low, high, wanted, sums, tile, other, product, bases):
    """Add overlaps of a bra after a block with the ket before it; pull it back."""
    if wanted:
        _overlaps(bra, ket, low, high, sums, tile, other, bases)
    _multiply(bra, back, low, high, tile, product, bases)


@jit()
def pull_back(
    kets, bras, clean, kept, qubits, wanted, matrices, back, firsts, starts, places, specials,
    special_back, sums, special_sums,
):  # fmt: skip
    """Sum overlaps of bras, pulled back through each block, with the kets before it.

    Rows share the state without errors before their first one: there their bras are added.

    Args:
        kets: final states of the rows, float64, shape (rows, 2, 2**n), overwritten.
        bras: an operator times each, of the same shape, overwritten.
        clean: the final state without errors, shape (2, 2**n), overwritten.
        kept: states without errors before each block, shape (blocks, 2, 2**n), and as many to
            work on, where blocks cannot be undone; else empty, shape (0, 2, 2**n).
        qubits: see `run`.
        wanted: which blocks have parameters, uint8, shape (blocks,).
        matrices: see `run`.
        back: adjoints of the blocks, which undo them where nothing is kept, float64, shape
            (blocks, 2, 4, 4).
        firsts: see `run`.
        starts: see `run`.
        places: see `run`.
        specials: see `run`.
        special_back: adjoints of the blocks with errors, float64, shape (k, 2, 4, 4).
        sums: of each block without errors, Σ conj(bra_i) ket_j, shape (blocks, 2, 4, 4).
        special_sums: the same of the blocks with errors, shape (k, 2, 4, 4).
    """
    tile, other, product = np.empty((2, 4, TILE)), np.empty((2, 4, TILE)), np.empty((2, TILE))
    bases = np.empty(TILE, np.int64)
    total = np.zeros_like(clean)
    blocks = len(qubits)
    position = blocks
    keeps = len(kept) > 0
    for row in range(len(firsts) - 1, -2, -1):
        first = firsts[row] if row >= 0 else np.int64(0)
        while position > first:
            position -= 1
            low, high = qubits[position, 0], qubits[position, 1]
            if keeps:
                ket = kept[position]
            else:
                ket = clean
                _multiply(ket, back[position], low, high, tile, product, bases)
            _back(
                total, ket, back[position], low, high, wanted[position], sums[position], tile,
                other, product, bases,
            )  # fmt: skip
        if row < 0:
            break
        if keeps and first < blocks:
            _copy_state(kept[blocks + first], kept[first])
            k = starts[row]
            for block in range(first, blocks - 1):
                low, high = qubits[block, 0], qubits[block, 1]
                _copy_state(kept[blocks + block + 1], kept[blocks + block])
                special = k < starts[row + 1] and places[k] == block
                matrix = specials[k] if special else matrices[block]
                _multiply(kept[blocks + block + 1], matrix, low, high, tile, product, bases)
                k += special
        k = starts[row + 1] - 1
        for block in range(blocks - 1, first - 1, -1):
            low, high = qubits[block, 0], qubits[block, 1]
            special = k >= starts[row] and places[k] == block
            adjoint = special_back[k] if special else back[block]
            target = special_sums[k] if special else sums[block]
            if keeps:
                ket = kept[blocks + block]
            else:
                ket = kets[row]
                _multiply(ket, adjoint, low, high, tile, product, bases)
            _back(
                bras[row], ket, adjoint, low, high, wanted[block], target, tile, other, product,
                bases,
            )  # fmt: skip
            k -= special
        for part in range(2):
            for i in range(total.shape[1]):
                total[part, i] += bras[row, part, i]


@jit()
def draw(states, starts, chances, found):
    """Write a basis state for each number, by the probabilities of its row.

    Args:
        states: float64, shape (rows, 2, 2**n).
        starts: first number of each row, int64, shape (rows + 1,).
        chances: ascending in each row, float64, shape (shots,).
        found: int64, shape (shots,).
    """
    size = states.shape[2]
    for row in range(len(states)):
        re, im = states[row, 0], states[row, 1]
        norm = 0.0
        for z in range(size):
            norm += re[z] * re[z] + im[z] * im[z]
        total, z, last = 0.0, -1, 0
        for shot in range(starts[row], starts[row + 1]):
            wanted = chances[shot] * norm
            while total <= wanted and z < size - 1:
                z += 1
                chance = re[z] * re[z] + im[z] * im[z]
                total += chance
                if chance > 0.0:
                    last = z
            found[shot] = last
