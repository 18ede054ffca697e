"""`python -m hybridq`: the same as the command `hybridq`."""

from __future__ import annotations

import sys

from hybridq.cli import main

if __name__ == "__main__":
    sys.exit(main())
