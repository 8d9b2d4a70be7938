"""Every link in a document leads somewhere."""

from pathlib import Path
from urllib.parse import unquote

import pytest
from tests.docs import markdown
from tests.docs.markdown import ROOT


@pytest.mark.parametrize("page", markdown.pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_resolves(page: Path) -> None:
    broken = [target for target in markdown.links(page) if not resolves(page, target)]
    assert broken == []


def test_a_broken_file_and_a_broken_anchor_are_noticed() -> None:
    page = ROOT / "README.md"
    assert not resolves(page, "docs/no-such-page.md")
    assert not resolves(page, "ARCHITECTURE.md#no-such-heading")
    assert resolves(page, "ARCHITECTURE.md#layers")


def resolves(page: Path, target: str) -> bool:
    """Whether a file is there and has the anchor; what lies outside is not asked."""
    if "://" in target:
        return True
    path, _, anchor = unquote(target).partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.exists() or not file.is_relative_to(ROOT):
        return False
    return not anchor or (file.suffix == ".md" and anchor in markdown.anchors(file))
