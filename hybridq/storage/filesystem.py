"""Detection of network file systems."""

from __future__ import annotations

import os
import re
from pathlib import Path

_NETWORK = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|9p|afs|lustre|gpfs|beegfs|ceph|pvfs2|panfs|glusterfs"
    r"|fuse\.(sshfs|glusterfs|ceph|s3fs|rclone)"
)
_OCTAL = re.compile(r"\\(\d{3})")


def network_filesystem(path: str | os.PathLike[str], mounts: str = "/proc/mounts") -> str | None:
    """Return the kind of network file system of `path`, None if local or unknown.

    Args:
        path: a file or folder, which need not exist.
        mounts: the table of mounted file systems; without it the answer is unknown.
    """
    try:
        lines = Path(mounts).read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    place = Path(os.path.realpath(path))
    best, kind = -1, ""
    for line in lines:
        _, folder, found, *_ = line.split(" ")
        folder = _OCTAL.sub(lambda code: chr(int(code[1], 8)), folder)
        # Later mounts hide earlier ones.
        if len(folder) >= best and place.is_relative_to(folder):
            best, kind = len(folder), found
    return kind if _NETWORK.fullmatch(kind) else None
