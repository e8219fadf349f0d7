"""The facts: complete, dated and sourced, or said to be missing."""

from pathlib import Path

import pytest

from guide.answer.facts import FACTS, load_facts
from guide.errors import FactsError


def test_every_fact_is_there_for_each_framework() -> None:
    facts = load_facts()

    assert set(facts.frameworks) == {"flask", "drf", "fastapi", "pyramid"}
    for framework in facts.frameworks:
        told = facts.document(framework)
        assert set(told) == {*facts.kinds, *facts.rubrics}
        for rubric in facts.rubrics:
            assert 0 < told[rubric]["value"] <= told[rubric]["of"] <= len(told[rubric]["criteria"])


def test_a_rubric_counts_what_is_met_and_says_how_much_is_known() -> None:
    told = load_facts().document("drf")["documentation"]
    answers = [cell.get("value") for cell in told["criteria"].values()]

    assert told["value"] == answers.count(True)
    assert told["of"] == len(answers) - answers.count(None)
    assert "missing" in told["criteria"]["versions"]


def test_caveats_of_the_kind_and_of_the_framework_are_both_told() -> None:
    told = load_facts().document("fastapi")["survey_percent"]

    assert told["caveat"].endswith("Asked at the end of 2024. 29 the year before.")


def test_a_framework_without_facts_has_none() -> None:
    facts = load_facts()

    assert facts.document("bottle") == {}
    with pytest.raises(FactsError, match="no facts about bottle"):
        facts.value("bottle", "release")


def test_what_is_missing_says_why() -> None:
    facts = load_facts()

    with pytest.raises(FactsError, match="packages_alive of flask is missing: PyPI's index"):
        facts.value("flask", "packages_alive")
    with pytest.raises(FactsError, match="there is no fact 'fame'"):
        facts.value("flask", "fame")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dependents = { value = 191", "dependants = { value = 191", "pyramid lacks dependents"),
        ('date = "2026-09-02"', 'date = "lately"', "'lately' is no date"),
        ('source = "a list of the names on PyPI"', 'source = ""', "names no source"),
        ("value = 7197, ", "", "must have value, source and date"),
        ("tutorial = { value = true", "tutorial = { value = 1", "true or false"),
        ("[kinds.dependents]", "[kind.dependents]", "neither a kind nor a criterion"),
        ("[frameworks.flask]", "[frameworks.flask", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    text = FACTS.read_text()
    assert old in text
    path = tmp_path / "facts.toml"
    path.write_text(text.replace(old, new))

    with pytest.raises(FactsError) as refused:
        load_facts(path)

    assert said in str(refused.value)
