"""Compiled assembly of Hamiltonians in a sector, row by row.

Kernels take arrays and numbers only.

Rows and columns of a sector's matrix are pairs (string of the upper qubits, string of the lower
qubits), numbered ``high * n_low + low``.
"""

from __future__ import annotations

from typing import Any

from hybridq.core.jit import jit


@jit()
def pauli_rows(
    first: int,
    last: int,
    low_partner: Any,
    high_partner: Any,
    low_sign: Any,
    high_sign: Any,
    groups: Any,
    terms: Any,
    coefficients: Any,
    tolerance: float,
    columns: Any,
    values: Any,
    counts: Any,
) -> int:
    """Write the entries of a Pauli sum in the rows of upper strings first … last − 1.

    Args:
        low_partner: partner of each string under each distinct flip of the lower qubits, −1 outside
            the sector, int32 (flips, n_low); high_partner likewise.
        low_sign: (−1)^{|z & b|} of each distinct z mask and string, int8 (masks, n_low);
            high_sign likewise.
        groups: for each flip of all qubits its two parts and its first and last + 1 term,
            int64 (groups, 4).
        terms: the rows of low_sign and high_sign of each term, int64 (terms, 2).
        coefficients: of the terms, with their phases i^{|x & z|}; real parts only.
        tolerance: entries up to this are left out.
        columns, values: output arrays for the entries.
        counts: entries of each row.

    Returns:
        the number of entries written.
    """
    n_low = low_partner.shape[1]
    written = 0
    for high in range(first, last):
        for low in range(n_low):
            start = written
            for group in range(groups.shape[0]):
                i = low_partner[groups[group, 0], low]
                j = high_partner[groups[group, 1], high]
                if i < 0 or j < 0:
                    continue
                total = 0.0
                for term in range(groups[group, 2], groups[group, 3]):
                    sign = low_sign[terms[term, 0], i] * high_sign[terms[term, 1], j]
                    total += sign * coefficients[term]
                if abs(total) > tolerance:
                    columns[written] = j * n_low + i
                    values[written] = total
                    written += 1
            counts[(high - first) * n_low + low] = written - start
    return written


@jit()
def same_spin_row(
    string: int, partner: Any, pair: Any, sign: Any, one: Any, two: Any, row: Any, seen: Any
) -> None:
    r"""Add to `row` the row of Σ one_pq E_pq + ½ Σ (pq|rs) E_pq E_rs.

    `seen` marks its pattern.

    Args:
        partner, pair, sign: for each string J the strings J' with ⟨J|E_pq|J'⟩ = sign, and p m + q;
            shape (strings, singles).
        one: flattened, shape (m²,).
        two: flattened, shape (m², m²).
    """
    for k in range(partner.shape[1]):
        middle, pq, s = partner[string, k], pair[string, k], sign[string, k]
        row[middle] += s * one[pq]
        seen[middle] = True
        for e in range(partner.shape[1]):
            end = partner[middle, e]
            row[end] += 0.5 * s * sign[middle, e] * two[pq, pair[middle, e]]
            seen[end] = True


@jit(internal=True)
def _weights(
    two: Any, high_pairs: Any, high_signs: Any, first: int, last: int, weights: Any
) -> None:
    """Write Σ_k sign_k (pq|rs_k) into ``weights[pq]``.

    The sum runs over the entries first … last − 1 of a string.
    """
    for pq in range(two.shape[0]):
        total = 0.0
        for k in range(first, last):
            total += high_signs[k] * two[pq, high_pairs[k]]
        weights[pq] = total


@jit()
def electronic_rows(
    high: int,
    low_singles: Any,
    high_singles: Any,
    low_matrix: Any,
    high_matrix: Any,
    two: Any,
    weights: Any,
    tolerance: float,
    columns: Any,
    values: Any,
    counts: Any,
) -> int:
    """Write the entries of an electronic Hamiltonian in the rows of an upper string.

    Columns ascend within a row.

    Args:
        low_singles: (starts, partners, pair starts, pairs, signs): for each lower string its
            partners under one-electron moves, itself among them, ascending; each partner has a
            list of the moves p m + q to it. high_singles likewise.
        low_matrix: (starts, columns, values) of the Hamiltonian of the lower electrons only, with
            every partner of `low_singles` in its pattern. high_matrix likewise.
        two: (pq|rs), pq of the lower and rs of the upper electrons, shape (m², m²).
        weights: workspace of m² numbers per partner of the upper string.
        columns, values: output arrays for the entries.
        counts: entries of each row.

    Returns:
        the number of entries written.
    """
    l_start, l_partner, l_first, l_pair, l_sign = low_singles
    h_start, h_partner, h_first, h_pair, h_sign = high_singles
    a_start, a_column, a_value = low_matrix
    b_start, b_column, b_value = high_matrix
    n_low = l_start.shape[0] - 1
    for single in range(h_start[high], h_start[high + 1]):
        _weights(
            two, h_pair, h_sign, h_first[single], h_first[single + 1],
            weights[single - h_start[high]],
        )  # fmt: skip
    written = 0
    for low in range(n_low):
        begin = written
        single = h_start[high]
        for b in range(b_start[high], b_start[high + 1]):
            to = b_column[b]
            at = to * n_low
            is_single = single < h_start[high + 1] and h_partner[single] == to
            weight = weights[single - h_start[high] if is_single else 0]
            single += 1 if is_single else 0
            if to == high:
                move = l_start[low]
                for a in range(a_start[low], a_start[low + 1]):
                    value = a_value[a]
                    if a_column[a] == low:
                        value += b_value[b]
                    if move < l_start[low + 1] and l_partner[move] == a_column[a]:
                        for k in range(l_first[move], l_first[move + 1]):
                            value += l_sign[k] * weight[l_pair[k]]
                        move += 1
                    columns[written], values[written] = at + a_column[a], value
                    written += 1 if abs(value) > tolerance else 0
            elif is_single:
                for move in range(l_start[low], l_start[low + 1]):
                    value = b_value[b] if l_partner[move] == low else 0.0
                    for k in range(l_first[move], l_first[move + 1]):
                        value += l_sign[k] * weight[l_pair[k]]
                    columns[written], values[written] = at + l_partner[move], value
                    written += 1 if abs(value) > tolerance else 0
            else:
                columns[written], values[written] = at + low, b_value[b]
                written += 1 if abs(b_value[b]) > tolerance else 0
        counts[low] = written - begin
    return written
