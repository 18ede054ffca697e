"""Settings that PySCF executes on import: the user's, with DISABLE_EVAL.

See `hybridq.problems._pyscf.load`, which names the user's file.
"""

import os as _os

if _own := _os.environ.get("HYBRIDQ_PYSCF_SETTINGS"):
    with open(_own, encoding="utf-8") as _file:
        exec(_file.read())  # as PySCF itself would
DISABLE_EVAL = True
