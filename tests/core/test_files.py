"""Files are written whole or not at all; what is no file is never replaced by one."""

import os
import stat
import threading

import pytest

from hybridq.core.errors import OutputError
from hybridq.core.files import check_writable, write_text


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_text(pipe, "through the pipe\n")
    reader.join(120)
    assert read == ["through the pipe\n"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_link_stays_and_its_target_is_written(tmp_path):
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("old")
    link.symlink_to(target)
    write_text(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_failure_within_leaves_the_old_file_and_nothing_else(tmp_path):
    from hybridq.core.files import atomic_path

    target = tmp_path / "result.txt"
    target.write_text("old")

    def fail():
        with atomic_path(target) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["result.txt"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing/x.json", "create it first"),
        ("file/x.json", "is a file"),
        ("", "is a directory"),
        ("nul\0.json", "name a file"),
        ("x" * 300, "name a file"),
    ],
)
def test_what_cannot_be_written_is_refused_with_a_remedy(tmp_path, name, reason):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=reason):
        check_writable(f"{tmp_path}/{name}")
