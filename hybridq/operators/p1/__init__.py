"""One layer of QAOA with the X mixer in closed form, for any quadratic energy.

`closed_form` has expectation values, gradients and correlations; `optimum` the best angles; `rows`
the couplings as compressed sparse rows, and pairs; `_kernels` the compiled products, and `plain`
their slow twin.
"""

from hybridq.operators.p1.closed_form import OneLayer, Sums
from hybridq.operators.p1.optimum import P1Optimum, p1_optimum
from hybridq.operators.p1.rows import checked_pairs, close_pairs

__all__ = ["OneLayer", "P1Optimum", "Sums", "checked_pairs", "close_pairs", "p1_optimum"]
