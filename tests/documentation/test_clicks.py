"""The check of the clicks finds what is missing; `.ci/run` has it check the built site."""

from __future__ import annotations

from pathlib import Path

from tests.documentation.clicks import QUESTIONS, clicks, failures


def page(site: Path, name: str, body: str, menu: str = "") -> None:
    target = site / f"{name}.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"<nav>{menu}</nav><article>{body}</article>", encoding="utf-8")


def test_only_links_of_the_text_are_clicks(tmp_path: Path) -> None:
    page(tmp_path, "index", '<a href="a/one.html#x">1</a>', menu='<a href="far.html">far</a>')
    page(tmp_path, "a/one", '<a href="two.html">2</a><a href="../../outside.html">no</a>')
    page(tmp_path, "a/two", '<a href="../three.html">3</a>')
    page(tmp_path, "three", "")
    page(tmp_path, "far", "")
    (tmp_path.parent / "outside.html").write_text("")
    assert clicks(tmp_path) == {"index": 0, "a/one": 1, "a/two": 2}


def test_a_page_that_is_far_or_does_not_answer_is_named(tmp_path: Path) -> None:
    links = "".join(f'<a href="{name}.html">x</a>' for name, _ in QUESTIONS.values())
    page(tmp_path, "index", links)
    for name, _ in QUESTIONS.values():
        page(tmp_path, name, "")
    assert len(failures(tmp_path)) == sum(len(words) for _, words in QUESTIONS.values())
    page(tmp_path, "index", "")
    assert len(failures(tmp_path)) == len(QUESTIONS) == 20
