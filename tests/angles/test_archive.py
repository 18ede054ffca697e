"""Archives: a round trip keeps every digest; hostile and damaged ones are refused whole."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.angles.aliases import Promotion
from hybridq.angles.archive import MOST_BYTES, packed, unpacked
from hybridq.angles.content import digest_of
from hybridq.angles.evaluations import GateError
from hybridq.angles.references import Reference
from hybridq.angles.registry import local_registry
from hybridq.core.errors import FormatError
from tests.angles.angle_samples import content, evaluation


@pytest.fixture
def registry(tmp_path):
    with local_registry(f"sqlite:///{tmp_path}/models.db", must_exist=False) as registry:
        registry.register("cubic", content(1))
        registry.add_evaluation("cubic", evaluation(1))
        registry.promote("cubic", Promotion(1))
        yield registry


def files_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files, method=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, data)
    return target.getvalue()


def test_a_version_survives_its_archive_with_gate_record_and_digests(registry):
    version = registry.version(Reference("cubic"))
    data = packed(version)
    assert data == packed(registry.version(Reference("cubic", 1)))
    found = unpacked(data)
    assert found["content"] == content(1)
    assert found["digest"] == version["digest"]
    assert found["history"][0]["evaluation"] == found["evaluations"][0]["id"]
    manifest = json.loads(files_of(data)["manifest.json"])
    assert manifest["hybridq"] in json.loads(found["content"])["provenance"]["versions"].values()
    assert registry.add_imported("cubic", found) == (1, False)
    assert registry.add_imported("other", found) == (1, True)
    other = registry.version(Reference("other", 1))
    assert other["digest"] == version["digest"]
    assert "cubic@1 of hybridq" in other["origin"]
    assert other["evaluations"][0]["imported"]
    with pytest.raises(GateError, match="no evaluation"):  # that of another registry counts not
        registry.promote("other", Promotion(1))


def test_hostile_archives_are_refused(registry):
    good = files_of(packed(registry.version(Reference("cubic"))))
    outside = {name: good[name] for name in good if name != "history.json"}
    for name in ("../history.json", "/etc/history.json", "a/../history.json", "history.json "):
        with pytest.raises(FormatError, match="and no others"):
            unpacked(zipped({**outside, name: good["history.json"]}))
    with pytest.raises(FormatError, match="and no others"):
        unpacked(zipped({**good, "more.json": b"{}"}))
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = zipped([*good.items(), ("content.json", b"{}")])
    with pytest.raises(FormatError, match="and no others"):
        unpacked(twice)
    bomb = zipped({**good, "history.json": b"[" + b" " * (MOST_BYTES + 1) + b"]"})
    assert len(bomb) < MOST_BYTES / 100
    with pytest.raises(FormatError, match="more than"):
        unpacked(bomb)
    # The same with a header that declares fewer bytes than it holds.
    size = (MOST_BYTES + 3).to_bytes(4, "little")
    assert bomb.count(size) == 2
    with pytest.raises(FormatError, match=r"damaged|more than|not an archive"):
        unpacked(bomb.replace(size, (3).to_bytes(4, "little")))
    with pytest.raises(FormatError, match="at most"):
        unpacked(bytes(MOST_BYTES + 1))
    with pytest.raises(FormatError, match="another way"):
        unpacked(zipped(good, zipfile.ZIP_LZMA))


def test_damaged_archives_are_refused(registry):
    data = packed(registry.version(Reference("cubic")))
    good = files_of(data)
    with pytest.raises(FormatError):
        unpacked(data[: len(data) // 2])
    with pytest.raises(FormatError):
        unpacked(b"{}")
    changed = good["content.json"].replace(b"cubic", b"qubic")
    with pytest.raises(FormatError, match=r"digest of content\.json"):
        unpacked(zipped({**good, "content.json": changed}))
    manifest = json.loads(good["manifest.json"])
    for hostile in (good["content.json"].replace(b"3.0", b"NaN"), b'{"a": "\\ud800"}'):
        manifest["files"]["content.json"] = hashlib.sha256(hostile).hexdigest()
        files = {**good, "content.json": hostile, "manifest.json": json.dumps(manifest)}
        with pytest.raises(FormatError, match=r"not finite|surrogate"):
            unpacked(zipped(files))
    manifest = json.loads(good["manifest.json"])
    manifest["digest"] = "sha256:" + "0" * 64
    with pytest.raises(FormatError, match="digest of the version"):
        unpacked(zipped({**good, "manifest.json": json.dumps(manifest)}))
    manifest["version"] = 2
    with pytest.raises(FormatError, match="reads version 1"):
        unpacked(zipped({**good, "manifest.json": json.dumps(manifest)}))
    with pytest.raises(FormatError, match=r"manifest\.json in the archive is damaged"):
        unpacked(zipped({**good, "manifest.json": b"[" * 100_000}))


ARCHIVE = packed(
    {
        "name": "cubic",
        "version": 1,
        "digest": f"sha256:{digest_of(content(1))}",
        "content": json.loads(content(1)),
        "evaluations": [],
        "history": [],
    }
)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(ARCHIVE) - 1), st.integers(1, 255), st.booleans())
def test_a_changed_byte_is_refused_or_changes_nothing(place, change, cut):
    data = bytearray(ARCHIVE)
    data[place] ^= change
    try:
        found = unpacked(bytes(data[:place] if cut else data))
    except FormatError:
        return
    assert found["content"] == content(1)
