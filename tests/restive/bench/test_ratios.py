"""The bench's arithmetic: ratios, quartiles, verdicts, and what the report makes of them."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.gates import AT_LEAST, AT_MOST, GATES, Gate, Verdict, pairs, verdicts
from bench.ratios import Spread, drift, ratios
from bench.report import as_json, as_markdown
from bench.rounds import Sample, Samples, findings
from bench.run import Plan, Results

COSTS = st.floats(min_value=0.1, max_value=1e6)


def samples(*costs: float, busy: float = 1.0) -> list[Sample]:
    return [Sample(cost, 1000, busy) for cost in costs]


def spread(median: float) -> Spread:
    return Spread(median, median - 0.1, median + 0.1, 9)


def test_quartiles_are_those_of_the_inclusive_method() -> None:
    assert Spread.of([4, 1, 3, 2, 5]) == Spread(3, 2, 4, 5)
    assert Spread.of([1, 2, 3, 4]) == Spread(2.5, 1.75, 3.25, 4)


def test_one_value_is_its_own_quartiles_and_none_is_refused() -> None:
    assert Spread.of([7]) == Spread(7, 7, 7, 1)
    with pytest.raises(ValueError, match="no values"):
        Spread.of([])


@given(st.lists(COSTS, min_size=1))
def test_the_median_lies_between_the_quartiles_and_those_within_the_values(
    values: list[float],
) -> None:
    found = Spread.of(values)
    ordered = [min(values), found.q1, found.median, found.q3, max(values)]
    assert all(low <= high or low == pytest.approx(high) for low, high in pairwise(ordered))


def test_ratios_are_of_the_same_round() -> None:
    assert ratios([10, 30], [5, 10]) == [2, 3]
    with pytest.raises(ValueError, match="zip"):
        ratios([1, 2], [1])


@given(st.lists(COSTS, min_size=1, max_size=20), st.floats(min_value=1.5, max_value=9))
def test_a_machine_that_slows_all_alike_changes_no_ratio(
    theirs: list[float], factor: float
) -> None:
    ours = [factor * cost for cost in theirs]
    found = Spread.of(ratios(ours, theirs))
    assert (found.q1, found.median, found.q3) == pytest.approx((factor,) * 3)


def test_drift_is_the_share_by_which_the_largest_exceeds_the_smallest() -> None:
    assert drift([8, 10, 9]) == pytest.approx(0.25)


def test_findings_have_every_pair_of_a_case_both_ways_and_none_across_cases() -> None:
    measured: Samples = {
        "hello": {"restive": samples(10, 20, 30), "nginx": samples(10, 10, 10)},
        "rows": {"restive": samples(50)},
    }
    found = findings(measured)
    assert set(found) == {"hello/restive:nginx", "hello/nginx:restive"}
    assert found["hello/restive:nginx"] == Spread(2, 1.5, 2.5, 3)
    assert found["hello/nginx:restive"].median == 0.5


@pytest.mark.parametrize(
    ("sense", "gate", "target", "value", "verdict"),
    [
        (AT_MOST, 2.2, 1.6, 1.6, Verdict.TARGET),
        (AT_MOST, 2.2, 1.6, 1.61, Verdict.GATE),
        (AT_MOST, 2.2, 1.6, 2.2, Verdict.GATE),
        (AT_MOST, 2.2, 1.6, 2.21, Verdict.MISSED),
        (AT_LEAST, 4, 6, 6, Verdict.TARGET),
        (AT_LEAST, 4, 6, 5.99, Verdict.GATE),
        (AT_LEAST, 4, 6, 3.99, Verdict.MISSED),
        (AT_LEAST, 7, None, 70, Verdict.GATE),
        (AT_MOST, None, 1, 0.9, Verdict.TARGET),
        (AT_MOST, None, 1, 1.1, Verdict.TARGET_MISSED),
    ],
)
def test_a_bound_that_is_just_reached_is_met(
    sense: str, gate: float | None, target: float | None, value: float, verdict: Verdict
) -> None:
    asked = Gate("case", "case/a:b", sense, gate, target, "a / b")
    assert asked.verdict(spread(value)) is verdict


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    assert {verdict for _, _, verdict in verdicts({})} == {Verdict.UNKNOWN}


def test_every_target_is_harder_than_its_gate() -> None:
    for gate in GATES:
        assert gate.gate is not None or gate.target is not None
        if gate.gate is not None and gate.target is not None:
            assert (gate.target < gate.gate) == (gate.sense == AT_MOST), gate


def test_the_waiting_case_is_told_first_and_pairs_are_those_of_the_gates() -> None:
    assert GATES[0].case == "waits"
    assert pairs("typed") == [("restive", "nginx"), ("fastapi", "restive")]
    assert pairs("memory") == []


def test_the_report_tells_misses_failures_and_an_unquiet_machine() -> None:
    measured: Samples = {
        "hello": {"restive": samples(30, 30, 30), "nginx": samples(10, 10, 14, busy=0.5)[:3]}
    }
    results = Results(samples=measured, findings=findings(measured), problems=["granian: it ended"])
    plan = Plan.of(True, [], None)
    text = as_markdown(results, plan, {"Python": "3.13.0"})
    row = next(line for line in text.splitlines() if "Restive / nginx" in line)
    assert [cell.strip() for cell in row.strip("|").split("|")][2:] == [
        "3.00 [2.57, 3.00]", "≤ 2.2", "≤ 1.6", "MISSED",
    ]  # fmt: skip
    assert "1 MISSED" in text
    assert "- granian: it ended" in text
    assert "nginx itself cost up to 40% more" in text
    assert "hello/nginx 50%" in text
    assert "quick run" in text


def test_json_holds_the_verdicts_and_every_round() -> None:
    measured: Samples = {"hello": {"restive": samples(20, 20), "nginx": samples(10, 10)}}
    results = Results(samples=measured, findings=findings(measured))
    told = json.loads(json.dumps(as_json(results, Plan.of(False, [], 2), {})))
    verdict = next(each for each in told["verdicts"] if each["finding"] == "hello/restive:nginx")
    assert verdict["verdict"] == "gate met"
    assert verdict["measured"] == {"median": 2.0, "q1": 2.0, "q3": 2.0, "count": 2}
    assert [each["cpu_us"] for each in told["cpu"]["hello"]["restive"]["rounds"]] == [20, 20]
