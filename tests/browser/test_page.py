"""The page in Chromium: tabs by keyboard, Python's ranking, no request, no violation."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from guide.answer.choice import choose
from guide.answer.page import write_report
from guide.answer.sheet import Sheet, load_sheet
from tests.results_fixture import results
from tests.test_page import RULINGS

SETS = 20


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    write_report(results(), RULINGS, folder)
    return (folder / "index.html").as_uri()


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> Any:
    return request.param


class Seen:
    """What a page said to its console, and what it asked for."""

    def __init__(self, page: Page) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1200, "height": 900})
    seen = Seen(opened)
    opened.goto(address)
    yield opened
    opened.close()
    assert seen.said == []
    assert [url for url in seen.asked if not url.startswith(("file:", "data:"))] == []


def answer(page: Page, answers: dict[str, str], without: list[str]) -> None:
    page.locator("button[type=reset]").click()
    for question, key in answers.items():
        page.check(f"input[name={question}][value={key}]")
    for name in without:
        page.check(f"input[name=without][value={name}]")


def told(page: Page) -> list[tuple[str, float]]:
    items = page.locator(".ranking li").all()
    return [
        (str(item.get_attribute("data-framework")), float(item.get_attribute("data-points") or -1))
        for item in items
    ]


def compare(page: Page, sheet: Sheet, answers: dict[str, str], without: list[str]) -> None:
    answer(page, answers, without)
    choice = choose(sheet, answers, without)
    shown = told(page)
    assert [key for key, _ in shown] == [key for key, _ in choice.ranking], (answers, without)
    for (_, points), (_, expected) in zip(shown, choice.ranking, strict=True):
        assert points == pytest.approx(expected, abs=2e-6)
    box = page.locator("#choice")
    assert box.get_attribute("data-clear") == str(choice.clear).lower()
    assert float(box.get_attribute("data-margin") or -1) == pytest.approx(choice.margin, abs=4e-6)
    tips = [each.get_attribute("data-tip") for each in page.locator("[data-tip]").all()]
    assert tips == [f"{tip.question}.{tip.answer}.{tip.first}" for tip in choice.tips]
    notes = page.locator("#choice-detail").inner_text()
    assert all(line in notes for line in choice.says)


def test_the_ranking_is_that_of_python(page: Page) -> None:
    sheet = load_sheet(results())
    dice = random.Random(7)  # noqa: S311 - not a secret
    for _ in range(SETS):
        answers = {
            question: dice.choice(list(table.answers))
            for question, table in sheet.questions.items()
            if dice.random() < 0.8
        }
        names = [key for key in sheet.names if dice.random() < 0.2]
        without = names if len(names) < len(sheet.names) else []
        compare(page, sheet, answers, without)


def test_requirements_that_nobody_meets_are_told_alike(page: Page) -> None:
    compare(page, load_sheet(results()), {"async": "needed", "database": "included"}, [])


def test_missing_values_are_left_out_alike(browser: Browser, tmp_path: Path) -> None:
    found = results()
    del found["frameworks"]["flask"]["latency"]
    del found["frameworks"]["pyramid"]["speed"]
    del found["frameworks"]["pyramid"]["memory"]
    found["frameworks"]["drf"]["facts"]["async_native"] = {"title": "c", "missing": "nobody looked"}
    write_report(found, [], tmp_path)
    page = browser.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    sheet = load_sheet(found)
    for answers in ({"performance": "high"}, {"async": "needed"}, {"performance": "some"}):
        compare(page, sheet, answers, [])
    page.close()


def test_the_readers_buttons_fill_the_form_in(page: Page) -> None:
    sheet = load_sheet(results())
    for at, profile in enumerate(sheet.profiles):
        page.locator(f"[data-profile='{at}']").click()
        expected = choose(sheet, profile.answers).ranking
        assert told(page)[0][0] == expected[0][0]
    page.locator("button[type=reset]").click()
    expect(page.locator(".answer")).to_contain_text("Answer a question")


def test_tabs_work_by_keyboard(page: Page) -> None:
    group = page.locator(".tabs").first
    tabs = group.get_by_role("tab")
    assert tabs.count() == 4
    tabs.first.focus()
    for key, at in (
        ("ArrowRight", 1),
        ("End", 3),
        ("ArrowRight", 0),
        ("ArrowLeft", 3),
        ("Home", 0),
    ):
        page.keyboard.press(key)
        expect(tabs.nth(at)).to_be_focused()
        expect(tabs.nth(at)).to_have_attribute("aria-selected", "true")
        expect(group.get_by_role("tabpanel")).to_have_count(1)
        panel = str(tabs.nth(at).get_attribute("aria-controls"))
        expect(page.locator(f"#{panel}")).to_be_visible()
    page.keyboard.press("Tab")
    expect(tabs.first).not_to_be_focused()


def test_without_scripts_all_is_there_but_the_live_ranking(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    for panel in page.locator(".panel").all():
        expect(panel).to_be_visible()
    expect(page.locator("#choose-form")).to_be_hidden()
    told = page.locator("#choose-without")
    expect(told).to_be_visible()
    expect(told).to_contain_text("python -m guide choose")
    context.close()


@pytest.mark.parametrize("width", [1200, 400])
def test_it_fits_and_axe_finds_nothing(
    browser: Browser, address: str, scheme: Any, width: int
) -> None:
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(address)
    page.locator("[data-profile='4']").click()
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    violations = [
        f"{each['id']} ({each['impact']}): {each['nodes'][0]['html'][:200]}"
        for each in found.response["violations"]
    ]
    assert violations == []
    context.close()
