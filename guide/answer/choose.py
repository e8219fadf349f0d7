"""`python -m guide choose`: a few questions, a ranking, and the numbers behind it."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from guide.answer import recorded
from guide.answer.choice import Choice, Line, choose
from guide.answer.sheet import Question, Sheet, SheetError, load_questions, load_sheet

Ask = Callable[[str], str]


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `choose` with an option for each question."""
    parser = commands.add_parser("choose", help="which framework for your answers, and why")
    for key, table in load_questions()["questions"].items():
        known = list(table["answers"])
        parser.add_argument(f"--{key}", choices=known, help=table["asks"], metavar="|".join(known))
    parser.add_argument(
        "--without", action="append", default=[], metavar="FRAMEWORK", help="leave it out"
    )
    parser.add_argument("--results", type=Path, metavar="FILE", help="the newest by default")
    parser.add_argument("--json", action="store_true", help="print it for programs")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Ask, or take the answers of the options; print the choice; return 0.

    Raises GuideError when there is nobody to ask, no results, or no such answer.
    """
    path = options.results or recorded.newest()
    results = recorded.load(path)
    sheet = load_sheet(results)
    given = {key: getattr(options, key) for key in sheet.questions}
    answers = {key: answer for key, answer in given.items() if answer}
    if not answers:
        answers = _asked(sheet)
    choice = choose(sheet, answers, options.without)
    if options.json:
        print(json.dumps(document(choice, answers, options.without), indent=1, ensure_ascii=False))
    else:
        print("", *lines(sheet, answers, choice), "", sep="\n")
        print(f"Measured {recorded.origin(results)} ({path.name}).")
    return 0


def document(choice: Choice, answers: Mapping[str, str], without: list[str]) -> dict[str, Any]:
    """Return the choice for JSON."""
    return {
        "answers": dict(answers),
        "without": without,
        "clear": choice.clear,
        "ranking": [{"framework": key, "points": points} for key, points in choice.ranking],
        "lead": choice.lead,
        "margin": choice.margin,
        "spread": choice.spread,
        "swing": choice.swing,
        "criteria": [vars(line) for line in choice.lines],
        "ruled_out": dict(choice.ruled_out),
        "unranked": dict(choice.unranked),
        "left_out": dict(choice.left_out),
        "says": list(choice.says),
        "tips": [vars(tip) for tip in choice.tips],
    }


def lines(sheet: Sheet, answers: Mapping[str, str], choice: Choice) -> Iterator[str]:
    """Yield the choice, line by line, for people."""
    yield verdict(sheet, choice)
    yield ""
    for place, (key, points) in enumerate(choice.ranking, 1):
        yield f"  {place}. {sheet.names[key]:24} {points:5.1f} of 100"
    for key, why in choice.ruled_out.items():
        yield f"  -  {sheet.names[key]:24} ruled out: {why}: no"
    for key, why in choice.unranked.items():
        yield f"  -  {sheet.names[key]:24} not ranked: {why}"
    yield from ("", *(f"Note: {each}." for each in choice.says)) if choice.says else ()
    if choice.lines:
        yield from ("", *_table(sheet, choice))
    for key, why in choice.left_out.items():
        yield f"Left out: {sheet.criteria[key].title}: {why}."
    yield from ("", *reasons(sheet, choice))
    yield from _tips(sheet, choice)
    unanswered = [key for key in sheet.questions if key not in answers]
    if unanswered:
        yield f"Not answered, so it counts nothing: {', '.join(unanswered)}."


def verdict(sheet: Sheet, choice: Choice) -> str:
    """Return the answer in one or two sentences."""
    if not choice.ranking:
        return "Nothing to rank: these answers weigh nothing that was measured."
    first = sheet.names[choice.ranking[0][0]]
    if len(choice.ranking) == 1:
        why = ": what you require rules out the others" if choice.ruled_out else ""
        return f"{first} is the only one left{why}."
    second = sheet.names[choice.ranking[1][0]]
    leads = (
        f"leads {second} by {choice.lead:.1f} points; what is within {choice.margin:.1f} is no "
        f"difference (spread {choice.spread:.1f}, weights {choice.swing:.1f})."
    )
    if choice.clear:
        return f"Clearly {first}: it {leads}"
    return f"None is clearly best: {first} {leads} Build a small prototype with both."


def reasons(sheet: Sheet, choice: Choice) -> Iterator[str]:
    """Yield what speaks for the first, and what for the second, most first."""
    if len(choice.ranking) < 2:
        return
    first, second = choice.ranking[0][0], choice.ranking[1][0]
    for better, worse in ((first, second), (second, first)):
        parts = sorted(
            (
                (line.weight * (line.scores[better] - line.scores[worse]), line)
                for line in choice.lines
            ),
            key=lambda part: -part[0],
        )
        named = [_reason(line, better, worse) for gain, line in parts if gain > 0][:3]
        told = "; ".join(named) or "nothing of what was weighed"
        yield f"For {sheet.names[better]} against {sheet.names[worse]}: {told}."


def shown(line: Line, value: float) -> str:
    """Return a criterion's value as a person reads it."""
    if line.rule in ("present", "absent"):
        return "yes" if value > 0 else "no"
    if line.rule in ("share", "points"):
        return f"{100 * value:.0f} %"
    number = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
    return f"{number} {line.unit}".strip()


def _reason(line: Line, better: str, worse: str) -> str:
    title = line.title[0].lower() + line.title[1:] if line.title[1].islower() else line.title
    return f"{title} ({shown(line, line.values[better])} against {shown(line, line.values[worse])})"


def _table(sheet: Sheet, choice: Choice) -> Iterator[str]:
    """Yield a row for each criterion: its weight, and of each framework its value and points."""
    keys = [key for key, _ in choice.ranking]
    yield f"{'weight':>6}  {'what is compared':64}" + "".join(f"{key:>22}" for key in keys)
    for line in sorted(choice.lines, key=lambda each: -each.weight):
        cells = (f"{shown(line, line.values[key])} = {line.scores[key]:.2f}" for key in keys)
        yield f"{line.weight:>6}  {line.title:64}" + "".join(f"{cell:>22}" for cell in cells)
    yield "Points: the sum of weight times points, of the most that can be had."
    for rule in dict.fromkeys(line.rule for line in choice.lines):
        titles = ", ".join(line.criterion for line in choice.lines if line.rule == rule)
        yield f"  {titles}: {sheet.rules[rule]}."


def _tips(sheet: Sheet, choice: Choice) -> Iterator[str]:
    if choice.tips:
        yield "What would tip it:"
    for tip in choice.tips:
        question = sheet.questions[tip.question]
        yield f"  {question.asks} {question.answers[tip.answer].title}: {sheet.names[tip.first]}"
    if choice.ranking and not choice.tips:
        yield "No other answer to a single question would bring another one to the top."


def _asked(sheet: Sheet) -> dict[str, str]:
    """Ask the questions at the terminal. Raises SheetError when there is none."""
    if not sys.stdin.isatty():
        known = (f"  --{key} {'|'.join(each.answers)}" for key, each in sheet.questions.items())
        raise SheetError(
            "choose: there is no terminal to ask at. Give at least one answer as an option:\n"
            + "\n".join(known)
        )
    print("A number each, or Enter for a question that does not matter to you.")
    try:
        return ask(sheet.questions, input)
    except EOFError as error:
        raise SheetError("choose: the answers ended before the questions.") from error


def ask(questions: Mapping[str, Question], reply: Ask) -> dict[str, str]:
    """Put `questions` to a person; return the answers' keys, without those that were passed over.

    reply: receives a prompt, returns what was typed. It is asked again for what is no answer.
    """
    answers = {}
    for key, question in questions.items():
        print(f"\n{question.asks}")
        known = list(question.answers)
        for number, answer in enumerate(known, 1):
            print(f"  {number}  {question.answers[answer].title}")
        while typed := reply("> ").strip():
            if typed in known:
                answers[key] = typed
                break
            if typed.isdecimal() and 1 <= int(typed) <= len(known):
                answers[key] = known[int(typed) - 1]
                break
            print(f"  A number from 1 to {len(known)}, one of {', '.join(known)}, or Enter.")
    return answers
