"""Twenty questions of the trade, and the clicks from the first page to their answers.

    python tests/documentation/clicks.py build/docs

Only links within the text of a page count: the list of all pages at the side is no help to a reader
who does not know its words.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

MOST_CLICKS = 2

# Question: the page with the answer, and words that the answer has.
QUESTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Which bit is which qubit?": ("guides/bit_order", ("qubit 0 first",)),
    "How do edges get weights?": ("guides/weights", ("weight",)),
    "How do I add constraints?": ("guides/constraints", ("penalty", "slack")),
    "How do I warm-start a search?": ("guides/warm_start", ("initial",)),
    "How do I optimize from shots?": ("guides/shots", ("objective_shots",)),
    "How do I simulate noise?": ("guides/noise", ("NoiseModel",)),
    "How do I resume a killed search?": ("guides/resume", ("resume",)),
    "How do I bring my own ansatz?": ("guides/own_ansatz", ("Circuit",)),
    "How do I get a gradient?": ("guides/gradient", ("value_and_gradient",)),
    "How do I find excited states?": ("guides/excited_states", ("excited_states",)),
    "How large may a graph be?": ("tutorials/large_graph", ("10,000",)),
    "How do I add a problem family?": ("tutorials/your_own_family", ("check_problem",)),
    "Which optimizer do I choose?": ("explanations/choosing_an_optimizer", ("l-bfgs",)),
    "How do I use several machines?": ("guides/executors", ("dask", "mpi")),
    "How do I run on a real device?": ("guides/machine", ("ibm:", "braket:")),
    "How much does a run cost?": ("guides/machine", ("price", "--max-cost")),
    "How do I mitigate noise?": ("guides/mitigate", ("zne", "readout")),
    "How do I reproduce a result?": ("guides/reproduce", ("seed",)),
    "How do I export results?": ("guides/export", ("to_json", "experiments export")),
    "How do I compare experiments?": ("tutorials/experiment", ("experiments compare",)),
}


class Article(HTMLParser):
    """Links and text of the article of a page, without menus.

    Args:
        source: the page.
    """

    def __init__(self, source: str) -> None:
        super().__init__()
        self._depth = 0
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "article":
            self._depth += 1
        elif self._depth and tag == "a":
            self.links.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.words.append(data)


def article(page: Path) -> Article:
    """Return the article of a page of the site."""
    return Article(page.read_text(encoding="utf-8"))


def clicks(site: Path) -> dict[str, int]:
    """Return the fewest clicks from the first page to each page that two of them reach."""
    root = site.resolve()
    found = {root / "index.html": 0}
    reached: Iterable[Path] = list(found)
    for count in range(1, MOST_CLICKS + 1):
        fresh: dict[Path, int] = {}
        for page in reached:
            for link in article(page).links:
                target = (page.parent / unquote(urldefrag(link).url)).resolve()
                inside = target.suffix == ".html" and target.is_relative_to(root)
                if inside and target not in found and target.exists():
                    fresh[target] = count
        found |= fresh
        reached = fresh
    return {str(page.relative_to(root).with_suffix("")): count for page, count in found.items()}


def failures(site: Path) -> list[str]:
    """Return a line for each question that is too far away, or whose page has no answer."""
    near, found = clicks(site), []
    for question, (page, words) in QUESTIONS.items():
        if page not in near:
            found.append(f"{question} {page} is more than {MOST_CLICKS} clicks away")
            continue
        text = "".join(article(site / f"{page}.html").words)
        found += [f"{question} {page} lacks {word!r}" for word in words if word not in text]
    return found


if __name__ == "__main__":
    wrong = failures(Path(sys.argv[1]))
    print(
        "\n".join(wrong) or f"{len(QUESTIONS)} questions are answered within {MOST_CLICKS} clicks"
    )
    sys.exit(bool(wrong))
