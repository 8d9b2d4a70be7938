"""The front door says the same in both languages, and each of its doors leads somewhere."""

import re

import pytest

from motma.web import front, pages


def test_both_languages_have_the_same_words_and_doors() -> None:
    assert front.WORDS["vi"].keys() == front.WORDS["en"].keys()
    assert front.DOOR_WORDS["vi"].keys() == front.DOOR_WORDS["en"].keys() == front.DOORS.keys()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_door_leads_to_a_page_that_is_served(language: str) -> None:
    text = front.rendered(language, demo=False)
    doors = re.findall(r'<li><a href="/([a-z]+)/', text)
    assert len(doors) == len(front.DOORS)
    assert set(doors) <= {*pages.PAGES, *pages.FILLED}


def test_a_demo_says_so_and_nothing_is_left_to_fill_in() -> None:
    assert "DEMO" in front.rendered("en", demo=True)
    text = front.rendered("en", demo=False)
    assert "DEMO" not in text
    assert "$" not in text


def test_the_page_needs_no_script_and_marks_its_language() -> None:
    text = front.rendered("en", demo=True)
    assert "<script" not in text
    assert '<html lang="en">' in text
    assert re.findall(r'lang="(\w+)" aria-current', text) == ["en"]
