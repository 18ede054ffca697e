"""Whether a file lies on another machine."""

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
    """The kind of the network file system that `path` is on, None for a local or unknown one.

    Args:
        path: a file or folder, there or yet to be made.
        mounts: the table of what is mounted where; systems without one know no answer.
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
        # What is mounted later hides what was there before.
        if len(folder) >= best and place.is_relative_to(folder):
            best, kind = len(folder), found
    return kind if _NETWORK.fullmatch(kind) else None
