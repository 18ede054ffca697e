"""The registry: immutable versions, gated aliases, rollback, canaries, leaks, on both databases."""

from __future__ import annotations

import pytest

from hybridq.angles.aliases import MovedError, Promotion
from hybridq.angles.content import content_of
from hybridq.angles.database import AnglesDatabase
from hybridq.angles.evaluations import GateError
from hybridq.angles.references import Reference
from hybridq.angles.registry import ModelRegistry
from hybridq.angles.versions import UnknownModelError
from hybridq.angles.watching import observe
from hybridq.core.errors import OutputError, ParameterError
from tests.angles.angle_samples import content, evaluation, learned
from tests.experiments.conftest import postgresql

__all__ = ["postgresql"]

FORCED = {"force": True, "reason": "a test"}


@pytest.fixture(params=["sqlite", "postgresql"])
def registry(request, tmp_path):
    """An empty registry, once of each kind of database."""
    url = f"sqlite:///{tmp_path}/models.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql").url
    with AnglesDatabase(url) as database:
        yield ModelRegistry(database, f"tenant-{request.node.name[:40].lower()}")


def named(registry, alias="champion"):
    """The number of the version that an alias names."""
    return next(
        each["version"] for each in registry.model("cubic")["aliases"] if each["alias"] == alias
    )


def three_versions(registry):
    for number in (1, 2, 3):
        registry.register("cubic", content(number))


def test_equal_content_is_one_version_and_others_count_up(registry):
    assert registry.register("cubic", content(1)) == (1, True)
    assert registry.register("cubic", content(2)) == (2, True)
    assert registry.register("cubic", content(1)) == (1, False)
    assert registry.models() == [{"name": "cubic", "versions": 2, "aliases": []}]
    found = registry.resolve(Reference("cubic", 2))
    assert (found.schedule == learned(2).schedule).all()
    assert (found.model.name, found.model.version) == ("cubic", 2)
    assert registry.resolve(Reference("cubic", alias="latest")).model.version == 2


def test_an_alias_moves_only_with_an_evaluation_that_passed(registry):
    three_versions(registry)
    with pytest.raises(GateError, match="no evaluation against auto"):
        registry.promote("cubic", Promotion(1))
    registry.add_evaluation("cubic", evaluation(1, passed=False))
    with pytest.raises(GateError, match="did not pass: start: worse"):
        registry.promote("cubic", Promotion(1))
    kept = registry.add_evaluation("cubic", evaluation(1))
    moved = registry.promote("cubic", Promotion(1, if_version=None))
    assert moved["history"][0]["evaluation"] == kept
    assert named(registry) == 1
    registry.add_evaluation("cubic", evaluation(2))  # against auto, not against the champion
    with pytest.raises(GateError, match="no evaluation against cubic@1"):
        registry.promote("cubic", Promotion(2))
    with pytest.raises(ParameterError, match="reason"):
        Promotion(2, force=True)
    forced = registry.promote("cubic", Promotion(2, **FORCED))
    assert (forced["history"][0]["kind"], forced["history"][0]["reason"]) == ("force", "a test")


def test_an_alias_that_moved_meanwhile_is_not_moved(registry):
    three_versions(registry)
    registry.promote("cubic", Promotion(1, **FORCED))
    with pytest.raises(MovedError, match="names version 1, not no version"):
        registry.promote("cubic", Promotion(2, if_version=None, **FORCED))
    registry.promote("cubic", Promotion(2, if_version=1, **FORCED))
    with pytest.raises(MovedError):
        registry.roll_back("cubic", if_version=1)
    assert named(registry) == 2


def test_rollbacks_return_through_the_history(registry):
    three_versions(registry)
    for number in (1, 2, 3):
        registry.promote("cubic", Promotion(number, **FORCED))
    registry.roll_back("cubic")
    assert named(registry) == 2
    registry.roll_back("cubic")
    assert named(registry) == 1
    with pytest.raises(ParameterError, match="no other version before version 1"):
        registry.roll_back("cubic")
    registry.roll_back("cubic", to=3, reason="it was right")
    assert named(registry) == 3
    registry.register("cubic", content(4))
    with pytest.raises(ParameterError, match="named before"):
        registry.roll_back("cubic", to=4)
    kinds = [move["kind"] for move in registry.model("cubic")["history"]]
    assert kinds == ["rollback"] * 3 + ["force"] * 3


def test_instances_of_a_training_set_hold_no_promotion_up(registry):
    three_versions(registry)
    leaky = evaluation(1, seeds=[1, *range(10, 30)], nodes=8)
    registry.add_evaluation("cubic", leaky)
    with pytest.raises(GateError, match="the instance 1 is, or may be isomorphic to, one"):
        registry.promote("cubic", Promotion(1))
    repeated = evaluation(1, seeds=[10, *range(10, 30)])
    registry.add_evaluation("cubic", repeated)
    with pytest.raises(GateError, match="must differ"):
        registry.promote("cubic", Promotion(1))


def test_angles_without_a_training_set_need_a_signature_and_force(registry):
    plain = learned()
    object.__setattr__(plain, "training", None)
    with pytest.raises(ParameterError, match="family"):
        content_of(plain)
    registry.register("old", content_of(plain, family="maxcut", sign="positive"))
    registry.add_evaluation("old", evaluation(1))
    with pytest.raises(GateError, match="does not name its training instances"):
        registry.promote("old", Promotion(1))
    registry.promote("old", Promotion(1, **FORCED))
    assert registry.resolve(Reference("old")).training.families == ("maxcut",)


EXACT = {"kind": "expectation", "value": 10.0}


def outcome(registry, version, control, difference, kept="model", objective=EXACT):
    """The result of a search whose start was better than the control's by a difference."""
    found, other = (registry.resolve(Reference("cubic", each)) for each in (version, control))
    facts = {**vars(found.model), "energy": -10.0 - 10.0 * difference, "auto": -9.0, "kept": kept}
    facts["control"] = {**vars(other.model), "energy": -10.0}
    return {"ansatz": {"model": facts}, "reference": {"value": 10.0}, "objective": objective}


def test_a_canary_gets_its_share_and_is_rolled_back_by_itself(registry):
    three_versions(registry)
    registry.promote("cubic", Promotion(1, **FORCED))
    with pytest.raises(ParameterError, match="canary"):
        registry.promote("cubic", Promotion(1, share=0.5, **FORCED))
    registry.promote("cubic", Promotion(2, share=0.25, **FORCED))
    reference = Reference("cubic")
    drawn = [registry.resolve(reference, bytes([key])) for key in range(200)]
    chosen = [each for each in drawn if each.model.version == 2]
    # A share of 1/4 within five standard deviations of a binomial of 200.
    assert abs(len(chosen) - 50) < 5 * (200 * 0.25 * 0.75) ** 0.5
    assert all(each.control.model.version == 1 for each in chosen)
    assert all(each.control is None for each in drawn if each.model.version == 1)
    for _ in range(100):
        if named(registry) == 1:
            break
        with registry._database.writing() as connection:
            observe(connection, registry._tenant, outcome(registry, 2, 1, -0.05, "auto"), 0.0)
    (move, *_) = registry.model("cubic")["history"]
    assert (move["kind"], move["actor"], move["from"], move["to"]) == ("canary", "canary", 2, 1)
    assert "worse by 0.05" in move["reason"]
    alias = registry.model("cubic")["aliases"][0]
    assert alias["canary"] is None
    version = registry.model("cubic")["versions"][1]
    assert version["compared"] == version["overruled"] > 0


def test_a_canary_ends_by_a_promotion_without_another_evaluation(registry):
    three_versions(registry)
    registry.promote("cubic", Promotion(1, **FORCED))
    registry.add_evaluation("cubic", evaluation(2, 1))
    registry.promote("cubic", Promotion(2, share=0.5))
    with registry._database.writing() as connection:
        observe(connection, registry._tenant, outcome(registry, 2, 1, 0.01), 0.0)
        for other in ({"kind": "cvar", "alpha": 0.2}, {**EXACT, "shots": 50}):
            found = outcome(registry, 2, 1, -0.1, objective=other)
            observe(connection, registry._tenant, found, 0.0)
    assert registry.model("cubic")["aliases"][0]["canary"]["looks"] == 1  # the exact one
    registry.promote("cubic", Promotion(2))
    assert registry.model("cubic")["aliases"][0]["canary"] is None
    assert named(registry) == 2
    assert registry.baseline("cubic", "champion").model.version == 2
    registry.roll_back("cubic")
    assert named(registry) == 1


def test_unknown_names_are_refused_with_those_that_exist(registry):
    three_versions(registry)
    registry.promote("cubic", Promotion(1, **FORCED))
    with pytest.raises(UnknownModelError, match="did you mean 'cubic'"):
        registry.resolve(Reference("cubik"))
    with pytest.raises(UnknownModelError, match="version"):
        registry.resolve(Reference("cubic", 9))
    with pytest.raises(UnknownModelError, match="alias of cubic 'champ'"):
        registry.resolve(Reference.parse("model:cubic@champ"))
    for text in ("model:Cubic", "model:cubic@", "model:cubic@0", "model:cubic@a b", "model:"):
        with pytest.raises(ParameterError, match="must be"):
            Reference.parse(text)


def test_tables_of_a_later_version_are_refused(tmp_path):
    url = f"sqlite:///{tmp_path}/models.db"
    with AnglesDatabase(url) as database, database.writing() as connection:
        connection.exec_driver_sql("UPDATE angles_version SET version_num = '9999'")
    with pytest.raises(OutputError, match="later version"):
        AnglesDatabase(url)
