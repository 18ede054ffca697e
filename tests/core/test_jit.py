"""The compiled code on disk belongs to the sources that it was made from."""

from pathlib import Path

import hybridq
from hybridq.core import jit


def test_every_kernel_file_is_part_of_its_own_stamp():
    package = Path(hybridq.__file__).parent
    kernels = set(package.glob("engines/**/kernels/*.py"))
    kernels |= set((package / "classical").glob("*_kernel.py"))
    for path in kernels:
        if path.name != "__init__.py":
            module = ".".join(path.relative_to(package.parent).with_suffix("").parts)
            assert jit._inlined(module)[module] == path.read_bytes()


def test_the_stamp_of_a_kernel_covers_what_is_inlined_into_it(monkeypatch):
    sources = {
        "hybridq.a": b"from hybridq.b import (\n    helper,\n)\n",
        "hybridq.b": b"    from hybridq import c\n",
        "hybridq.c": b"x = 1\n",
        "hybridq.other": b"import hybridq.c\n",
    }
    monkeypatch.setattr(jit, "_kernel_source", sources.get)
    stamp = jit._stamp.__wrapped__
    before = {name: stamp(name) for name in sources}
    sources["hybridq.b"] += b"y = 2\n"
    changed = {name for name in sources if stamp(name) != before[name]}
    assert changed == {"hybridq.a", "hybridq.b"}
    sources["hybridq.c"] = b"x = 3\n"
    assert all(stamp(name) != before[name] for name in sources)


def test_a_kernel_depends_on_its_own_engine_and_on_no_other():
    inlined = jit._inlined("hybridq.engines.diagonal.kernels.adjoint")
    assert "hybridq.engines.diagonal.kernels.phases" in inlined
    assert "hybridq.core.emit" in inlined
    assert not any("statevector" in name or "sector" in name for name in inlined)
