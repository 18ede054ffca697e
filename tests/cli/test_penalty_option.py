"""`--penalty`: a rule, a number, or numbers of constraints by name."""

import json

import pytest

SIZES = {"sizes": [4, 3, 3, 2], "capacity": 6}


@pytest.fixture
def solve(hybridq, tmp_path):
    """Return a function that solves a packing with penalties, by its options."""
    path = tmp_path / "items.json"
    path.write_text(json.dumps(SIZES), encoding="utf-8")
    fixed = ("--inequalities", "indicator", "--mixer", "x", "--max-bins", 3, "--p", 1, "--seed", 1)

    def run(*options):
        return hybridq("solve", "bin-packing", path, *fixed, *options, "--json", "-", "--quiet")

    return run


def test_a_rule_a_number_or_a_table_reach_the_cost(solve):
    def penalty(*options):
        return json.loads(solve(*options).out)["problem"]["penalty"]

    assert penalty("--penalty", "vlm")["rule"] == "vlm"
    assert penalty("--penalty", "2.5")["weight"] == 2.5
    table = penalty("--penalty", "item 1 is in one bin=5", "--penalty", "bin *=3")
    assert table["rule"] == "table"
    assert table["weight"]["item 1 is in one bin"] == 5.0
    assert table["weight"]["bin 2 holds at most 6"] == 3.0
    assert table["weight"]["item 2 is in one bin"] not in (3.0, 5.0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["item 1 is in one bim=5"], "did you mean 'item 1 is in one bin'"),
        (["vlm", "3"], "--penalty must be one rule or number alone"),
        (["vlm", "bin *=3"], "--penalty must be one rule or number alone"),
        (["bin *=3", "bin *=4"], "NAME=NUMBER once for each name"),
        (["bin *=much"], "must be a number, got 'much'"),
        (["=3"], "must be a name, a number or NAME=NUMBER"),
        (["vln"], "did you mean 'vlm'"),
        (["-1"], "--penalty must be a finite number above 0"),
    ],
)
def test_a_penalty_that_means_nothing_is_refused_in_one_line(solve, given, message):
    outcome = solve(*(word for text in given for word in ("--penalty", text)))
    assert outcome.code == 2
    assert message in " ".join(outcome.err.split())
