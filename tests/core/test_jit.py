"""The compiled code on disk belongs to the sources that it was made from."""

from pathlib import Path

import hybridq
from hybridq.core import jit


def test_the_cache_stamp_covers_every_kernel_file():
    package = Path(hybridq.__file__).parent
    kernels = set(package.glob("engines/**/kernels/*.py"))
    kernels |= set((package / "classical").glob("*_kernel.py"))
    kernels = {path for path in kernels if path.name != "__init__.py"}
    assert kernels <= set(jit.kernel_files())
