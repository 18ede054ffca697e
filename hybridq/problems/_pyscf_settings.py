"""Settings that PySCF executes in place of a file of the working folder; see `_pyscf`."""

DISABLE_EVAL = True
