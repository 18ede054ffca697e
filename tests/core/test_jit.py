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


def test_the_stamp_of_a_kernel_covers_what_is_inlined_into_it(monkeypatch):
    sources = {
        "hybridq.a": b"from hybridq.b import (\n    helper,\n)\n",
        "hybridq.b": b"    from hybridq import c\n",
        "hybridq.c": b"x = 1\n",
        "hybridq.other": b"import hybridq.c\n",
    }
    monkeypatch.setattr(jit, "_kernel_sources", lambda: sources)
    before = {name: jit._source_stamp(name) for name in sources}
    sources["hybridq.b"] += b"y = 2\n"
    changed = {name for name in sources if jit._source_stamp(name) != before[name]}
    assert changed == {"hybridq.a", "hybridq.b"}
    sources["hybridq.c"] = b"x = 3\n"
    assert all(jit._source_stamp(name) != before[name] for name in sources)


def test_a_kernel_depends_on_its_own_engine_and_on_no_other():
    inlined = jit._inlined("hybridq.engines.diagonal.kernels.adjoint")
    assert "hybridq.engines.diagonal.kernels.phases" in inlined
    assert "hybridq.engines.kernels.emit" in inlined
    assert not any("statevector" in name or "sector" in name for name in inlined)
