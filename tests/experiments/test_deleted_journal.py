"""A journal storage that is deleted or replaced while it is in use is not begun anew."""

from __future__ import annotations

import optuna
import pytest

from hybridq.storage.optuna_journal import open_journal


def test_what_is_appended_after_a_deletion_makes_no_new_file(tmp_path):
    path, aside = tmp_path / "e.log", tmp_path / "aside.log"
    study = optuna.create_study(storage=open_journal(path), study_name="x")
    study.set_user_attr("a", 1)
    path.rename(aside)
    with pytest.raises(FileNotFoundError):
        study.set_user_attr("a", 2)
    assert not path.exists()
    path.write_bytes(b"")
    with pytest.raises(FileNotFoundError, match="the file has been replaced"):
        study.set_user_attr("a", 2)
    assert path.read_bytes() == b""
    aside.replace(path)
    study.set_user_attr("a", 3)
    assert open_journal(path).get_study_user_attrs(0) == {"a": 3}
