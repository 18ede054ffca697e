"""Archives of versions with their digests, evaluations and history."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from hybridq._version import __version__
from hybridq.angles.content import MOST_CHARACTERS, canonical, checked, digest_of
from hybridq.core.errors import FormatError

FORMAT = "hybridq model archive"
VERSION = 1

MOST_BYTES = 2**24
"""Bytes of an archive, and of all files in it together."""

_MANIFEST = "manifest.json"
_FILES = ("content.json", "evaluations.json", "history.json")
_DATE = (1980, 1, 1, 0, 0, 0)  # the first of the format, so that equal versions have equal bytes
_MOST_EVALUATIONS = 1000

Plain = dict[str, Any]


def packed(version: Mapping[str, Any]) -> bytes:
    """Return the archive of a version, the same bytes for the same version.

    It is a ZIP file of a manifest (model, number, digest, the version of hybridq, and the SHA-256
    of each file) and three JSON files: content, evaluations with the gate's verdicts, history.

    Args:
        version: plain values, as `ModelRegistry.version` returns them.
    """
    files = {
        "content.json": canonical(version["content"]),
        "evaluations.json": canonical(version["evaluations"]),
        "history.json": canonical(version["history"]),
    }
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "model": version["name"],
        "number": version["version"],
        "digest": version["digest"],
        "hybridq": __version__,
        "files": {name: digest_of(text) for name, text in files.items()},
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {_MANIFEST: canonical(manifest), **files}.items():
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, text)
    return target.getvalue()


def unpacked(data: bytes, source: str = "archive") -> Plain:
    """Return the version in an archive, after a check of every digest.

    Nothing is written, and no name in the archive is used as a path: it has to have exactly the
    files of `packed`, of limited sizes.

    Args:
        data: the archive.
        source: its name, for errors.

    Returns:
        ``name``, ``version``, ``digest``, ``hybridq``, ``content`` (canonical JSON),
        ``evaluations`` and ``history``.

    Raises:
        FormatError: it is something else, damaged, or too large.
    """
    if len(data) > MOST_BYTES:
        raise FormatError(f"an archive has at most {MOST_BYTES:,} bytes", source=source)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            texts = _texts(archive, source)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError) as error:
        raise FormatError(f"this is not an archive of a model: {error}", source=source) from None
    except (EOFError, OSError, ValueError, zlib.error) as error:
        raise FormatError(f"the archive is damaged: {error}", source=source) from None
    manifest = _json(texts.pop(_MANIFEST), dict, _MANIFEST, source)
    if manifest.get("format") != FORMAT or manifest.get("version") != VERSION:
        raise FormatError(
            f"this hybridq reads version {VERSION} of archives of models, and the archive is "
            f"{manifest.get('format')!r} {manifest.get('version')!r}",
            source=source,
        )
    digests = manifest.get("files")
    for name, text in texts.items():
        found = hashlib.sha256(text).hexdigest()
        if not isinstance(digests, dict) or digests.get(name) != found:
            raise FormatError(f"the digest of {name} in the archive is wrong", source=source)
    content = canonical(_json(texts["content.json"], dict, "content.json", source))
    if manifest.get("digest") != f"sha256:{digest_of(content)}":
        raise FormatError("the digest of the version in the archive is wrong", source=source)
    if len(content) > MOST_CHARACTERS:
        raise FormatError("the content of the version is too large", source=source)
    checked(content)
    name, number = manifest.get("model"), manifest.get("number")
    if not isinstance(name, str) or type(number) is not int:
        raise FormatError("the manifest of the archive names no version", source=source)
    evaluations = _json(texts["evaluations.json"], list, "evaluations.json", source)
    return {
        "name": name,
        "version": number,
        "digest": manifest["digest"],
        "hybridq": str(manifest.get("hybridq")),
        "content": content,
        "evaluations": evaluations[:_MOST_EVALUATIONS],
        "history": _json(texts["history.json"], list, "history.json", source),
    }


def _texts(archive: zipfile.ZipFile, source: str) -> dict[str, bytes]:
    """Return the files of an archive, of limited sizes.

    Raises:
        FormatError: other files than those of an archive, or too large ones.
    """
    found = archive.infolist()
    if sorted(each.filename for each in found) != sorted((_MANIFEST, *_FILES)):
        raise FormatError(
            f"an archive of a model has the files {', '.join((_MANIFEST, *_FILES))} and no others",
            source=source,
        )
    if any(each.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for each in found):
        raise FormatError("its files are compressed in another way than deflated", source=source)
    if sum(each.file_size for each in found) > MOST_BYTES:
        raise FormatError(f"its files have more than {MOST_BYTES:,} bytes", source=source)
    texts, left = {}, MOST_BYTES
    for each in found:
        with archive.open(each) as file:
            texts[each.filename] = file.read(left + 1)  # whatever size the header declares
        left -= len(texts[each.filename])
        if left < 0:
            raise FormatError(f"its files have more than {MOST_BYTES:,} bytes", source=source)
    return texts


def _json(text: bytes, kind: type, name: str, source: str) -> Any:
    """Return the JSON value of a file in an archive.

    Raises:
        FormatError: it is not JSON of this kind.
    """
    try:
        value = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, kind):
        raise FormatError(f"{name} in the archive is damaged", source=source)
    return value
