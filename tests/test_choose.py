"""`python -m guide choose` on invented results: its arithmetic, its gaps, what it refuses."""

import argparse
import itertools
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from guide.answer import choose as command
from guide.answer import recorded
from guide.answer.choice import choose, score
from guide.answer.sheet import QUESTIONS, Sheet, SheetError, load_questions, load_sheet
from guide.errors import GuideError
from tests.results_fixture import results


@pytest.fixture
def found() -> dict[str, Any]:
    return results()


@pytest.fixture
def file(tmp_path: Path, found: dict[str, Any]) -> Path:
    path = tmp_path / "2026-11-22.json"
    path.write_text(json.dumps(found))
    return path


def run(file: Path, *words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    options = parser.parse_args(["choose", "--results", str(file), *words])
    status: int = options.command(options)
    return status


def first(sheet: Sheet, answers: Mapping[str, str]) -> str:
    return choose(sheet, answers).ranking[0][0]


# The arithmetic


@pytest.mark.parametrize(
    ("rule", "value", "best", "points"),
    [
        ("cost", 10, 10, 1),
        ("cost", 20, 10, 2 / 3),
        ("cost", 80, 10, 0),
        ("cost", 800, 10, 0),
        ("reach", 10, 80, 0),
        ("reach", 80, 80, 1),
        ("present", 420, 0, 1),
        ("present", 0, 0, 0),
        ("absent", 420, 0, 0),
        ("share", 0.75, 0.9, 0.75),
    ],
)
def test_a_value_becomes_points_by_its_rule(
    rule: str, value: float, best: float, points: float
) -> None:
    assert score(rule, 8, value, best) == pytest.approx(points)


def test_points_are_the_weighted_mean_of_the_lines(found: dict[str, Any]) -> None:
    choice = choose(load_sheet(found), {"size": "large", "performance": "high"})
    total = sum(line.weight for line in choice.lines)
    for key, points in choice.ranking:
        summed = sum(line.weight * line.scores[key] for line in choice.lines)
        assert points == pytest.approx(100 * summed / total, abs=1e-5)


def test_weights_of_several_answers_add_up(found: dict[str, Any]) -> None:
    choice = choose(load_sheet(found), {"size": "small", "goals": "prototype"})
    lines = {line.criterion: line for line in choice.lines}
    assert lines["lines"].weight == 2 + 3
    assert lines["lines"].because == ["size", "goals"]


def test_the_margin_holds_the_spread_and_the_heaviest_difference(found: dict[str, Any]) -> None:
    choice = choose(load_sheet(found), {"performance": "some"})
    (one, _), (other, _) = choice.ranking[:2]
    parts = [line.weight * abs(line.scores[one] - line.scores[other]) for line in choice.lines]
    total = sum(line.weight for line in choice.lines)
    assert choice.swing == pytest.approx(100 * max(parts) / 2 / total, abs=1e-5)
    assert choice.margin == pytest.approx(choice.spread + choice.swing, abs=1e-5)
    assert choice.clear == (choice.lead > choice.margin)


def test_a_wider_spread_makes_a_clear_lead_unclear(found: dict[str, Any]) -> None:
    answers = {"performance": "high"}
    before = choose(load_sheet(found), answers)
    for each in found["frameworks"].values():
        ratio = each["speed"]["mix"]["ratio"]
        ratio["low"], ratio["high"] = ratio["median"] / 3, ratio["median"] * 3
    after = choose(load_sheet(found), answers)
    assert after.ranking == before.ranking
    assert after.spread > before.spread
    assert not after.clear


def test_frameworks_of_the_same_numbers_are_told_as_alike(found: dict[str, Any]) -> None:
    twin = json.loads(json.dumps(found["frameworks"]["flask"]))
    found["frameworks"] = {"flask": found["frameworks"]["flask"], "twin": twin | {"name": "Twin"}}
    sheet = load_sheet(found)
    choice = choose(sheet, {"size": "small", "performance": "high"})
    assert choice.lead == 0
    assert not choice.clear
    assert command.verdict(sheet, choice).startswith("None is clearly best: ")


# What stands behind it


def test_no_framework_is_named_in_the_questions() -> None:
    text = QUESTIONS.read_text(encoding="utf-8").lower()
    assert not [name for name in ("flask", "fastapi", "pyramid", "drf") if name in text]
    # Django is something that a team knows, found in the versions that the app reports.
    weights = [
        value
        for table in load_questions()["questions"].values()
        for answer in table["answers"].values()
        for value in answer["weights"].values()
    ]
    assert all(value in (1, 2, 3, 4) for value in weights)


def test_every_criterion_has_a_value_for_every_framework_of_complete_results(
    found: dict[str, Any],
) -> None:
    sheet = load_sheet(found)
    for criterion in sheet.criteria.values():
        assert set(criterion.metrics) == set(found["frameworks"]), criterion.id


def test_every_answer_can_be_given_and_every_criterion_is_weighed(found: dict[str, Any]) -> None:
    sheet = load_sheet(found)
    weighed = set()
    for question, table in sheet.questions.items():
        assert 3 <= len(table.answers) <= 4
        for answer in table.answers:
            choose(sheet, {question: answer})
            weighed |= set(table.answers[answer].weights)
    assert weighed == set(sheet.criteria)


def test_different_readers_get_different_answers_and_one_of_them_none(
    found: dict[str, Any],
) -> None:
    sheet = load_sheet(found)
    told = {each.title: choose(sheet, each.answers) for each in sheet.profiles}
    assert len(told) >= 5
    assert len({choice.ranking[0][0] for choice in told.values()}) >= 3
    assert any(not choice.clear for choice in told.values())


# Requirements, and answers that contradict each other


def test_a_requirement_rules_out_by_the_facts_alone(found: dict[str, Any]) -> None:
    answers = {"async": "needed", "team": "django"}
    choice = choose(load_sheet(found), answers)
    assert [key for key, _ in choice.ranking] == ["fastapi"]
    assert choice.clear
    assert set(choice.ruled_out) == {"flask", "drf", "pyramid"}
    found["frameworks"]["drf"]["facts"]["async_native"]["value"] = True
    assert first(load_sheet(found), answers) == "drf"


def test_requirements_that_nobody_meets_are_said_and_only_weigh(found: dict[str, Any]) -> None:
    choice = choose(load_sheet(found), {"async": "needed", "database": "included"})
    assert len(choice.ranking) == 4
    assert not choice.ruled_out
    assert any("no framework here meets" in line for line in choice.says)


def test_an_unknown_fact_rules_nobody_out(found: dict[str, Any]) -> None:
    found["frameworks"]["flask"]["facts"]["async_native"] = {"missing": "nobody looked"}
    choice = choose(load_sheet(found), {"async": "needed", "performance": "high"})
    assert {key for key, _ in choice.ranking} == {"flask", "fastapi"}
    assert any("Flask: not known" in line for line in choice.says)


def test_answers_that_pull_against_each_other_are_both_kept(found: dict[str, Any]) -> None:
    sheet = load_sheet(found)
    for pull in sheet.contradictions:
        choice = choose(sheet, pull.answers)
        assert pull.says in choice.says
        assert choice.ranking


# What is missing


def test_a_missing_metric_counts_for_nobody_and_is_said(found: dict[str, Any]) -> None:
    del found["frameworks"]["pyramid"]["latency"]
    choice = choose(load_sheet(found), {"performance": "high"})
    assert len(choice.ranking) == 4
    assert choice.left_out == {"latency": "no value that can be ranked for Pyramid"}


def test_a_framework_that_was_hardly_measured_is_not_ranked(found: dict[str, Any]) -> None:
    del found["frameworks"]["pyramid"]["latency"]
    del found["frameworks"]["pyramid"]["speed"]
    choice = choose(load_sheet(found), {"performance": "high"})
    assert set(choice.unranked) == {"pyramid"}
    assert not choice.left_out


def test_results_without_anything_rank_nothing(found: dict[str, Any]) -> None:
    for each in found["frameworks"].values():
        for part in ("speed", "latency", "memory"):
            del each[part]
    sheet = load_sheet(found)
    choice = choose(sheet, {"performance": "high"})
    assert not choice.ranking
    assert not choice.clear
    assert command.verdict(sheet, choice).startswith("Nothing to rank")


def test_a_value_of_zero_is_no_cost_of_nothing(found: dict[str, Any]) -> None:
    found["frameworks"]["flask"]["memory"]["loaded_mb"] = 0
    choice = choose(load_sheet(found), {"performance": "some"})
    assert choice.left_out == {"memory": "no value that can be ranked for Flask"}


def test_a_sum_of_which_a_part_is_missing_is_missing(found: dict[str, Any]) -> None:
    del found["frameworks"]["drf"]["growth"]
    metrics = load_sheet(found).criteria["growth-route"].metrics
    assert set(metrics) == {"fastapi", "flask", "pyramid"}


@pytest.mark.parametrize("low", [-0.5, 0, 99])
def test_a_range_that_makes_no_sense_is_not_ranked(found: dict[str, Any], low: float) -> None:
    found["frameworks"]["flask"]["speed"]["mix"]["ratio"]["low"] = low
    choice = choose(load_sheet(found), {"size": "services", "performance": "high"})
    assert choice.left_out == {"speed": "no value that can be ranked for Flask"}


# Tips


def test_each_tip_really_tips(found: dict[str, Any]) -> None:
    sheet = load_sheet(found)
    answers = dict(sheet.profiles[0].answers)
    choice = choose(sheet, answers)
    assert choice.tips
    for tip in choice.tips:
        assert first(sheet, answers | {tip.question: tip.answer}) == tip.first
        assert tip.first != choice.ranking[0][0]


def test_many_answers_make_finite_points_in_order(found: dict[str, Any]) -> None:
    sheet = load_sheet(found)
    keys = list(sheet.questions)
    for combination in itertools.islice(
        itertools.product(*(table.answers for table in sheet.questions.values())), 0, 9000, 37
    ):
        choice = choose(sheet, dict(zip(keys, combination, strict=True)))
        points = [value for _, value in choice.ranking]
        assert points == sorted(points, reverse=True)
        assert all(math.isfinite(value) and 0 <= value <= 100 for value in points)


# The command


def test_the_command_prints_ranking_numbers_and_origin(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(file, "--size", "small", "--performance", "high", "--without", "drf") == 0
    told = capsys.readouterr().out
    assert "of 100" in told
    assert "Django REST framework" not in told.split("What would tip it")[0]
    assert "each doubling costs a third" in told
    assert "For FastAPI against" in told
    assert "2026-11-22 with Python 3.13.0 on 2 cores" in told
    assert "Not answered, so it counts nothing: team, database" in told


def test_the_command_prints_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(file, "--goals", "strict", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["answers"] == {"goals": "strict"}
    assert [each["framework"] for each in told["ranking"]]
    assert {"lead", "margin", "clear", "criteria", "tips", "left_out"} <= set(told)
    assert told["criteria"][0]["scores"]


def test_without_options_and_terminal_it_says_what_it_needs(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    with pytest.raises(SheetError, match="no terminal") as error:
        run(file)
    assert "--performance any|some|high|start" in str(error.value)


def test_at_a_terminal_it_asks_until_it_is_answered(found: dict[str, Any]) -> None:
    sheet = load_sheet(found)
    typed = iter(["1", "nonsense", "9", "high", "", "", "", "", "", ""])
    answers = command.ask(sheet.questions, lambda _: next(typed))
    assert answers == {"size": "small", "performance": "high"}


@pytest.mark.parametrize(
    ("answers", "without", "says"),
    [
        ({"size": "huge"}, (), "unknown answer 'huge' to size"),
        ({"colour": "red"}, (), "unknown question 'colour'"),
        ({"size": "small"}, ("fastpi",), "unknown framework 'fastpi'"),
        ({"size": "small"}, ("fastapi", "flask", "drf", "pyramid"), "no framework is left"),
    ],
)
def test_what_there_is_not_is_refused(
    found: dict[str, Any], answers: dict[str, str], without: tuple[str, ...], says: str
) -> None:
    with pytest.raises(SheetError, match=says):
        choose(load_sheet(found), answers, without)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cannot be read"),
        ("[1]", "holds no object"),
        ('{"date": "2026-01-01", "frameworks": {}}', "has no python, no machine"),
        (
            '{"date": "d", "python": "3", "machine": {}, "operations": {}, "frameworks": {}}',
            "no framework",
        ),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(text)
    with pytest.raises(GuideError, match=says) as error:
        recorded.load(path)
    assert "\n" not in str(error.value)


def test_the_newest_results_are_taken(tmp_path: Path) -> None:
    with pytest.raises(GuideError, match="make compare"):
        recorded.newest(tmp_path)
    for name in ("2026-11-22.json", "2025-12-31.json", "2026-11-22.md"):
        (tmp_path / name).write_text("{}")
    assert recorded.newest(tmp_path).name == "2026-11-22.json"


def test_questions_that_name_what_is_not_there_are_refused(
    tmp_path: Path, found: dict[str, Any]
) -> None:
    path = tmp_path / "questions.toml"
    text = QUESTIONS.read_text(encoding="utf-8")
    path.write_text(text.replace("{ first-lines = 2,", "{ no-such = 2,", 1), encoding="utf-8")
    with pytest.raises(SheetError, match="no-such"):
        load_sheet(found, path)
