"""The technical requirements are written from the checks, and the page holds nothing else."""

from pathlib import Path

from motma.interop.conformance import profiles

PAGE = Path(__file__).parents[2] / "docs/technical-requirements.md"


def test_the_page_is_what_the_checks_say() -> None:
    assert PAGE.read_text("utf-8").strip() == profiles.document().strip(), (
        "run: motma conformance requirements > docs/technical-requirements.md"
    )
