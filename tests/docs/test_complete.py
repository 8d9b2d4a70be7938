"""What a stranger meets is named in a document: commands, settings, routes, decisions, words."""

import re
import tomllib
from importlib.metadata import metadata
from itertools import chain
from typing import Final

import pytest
from tests.docs import markdown
from tests.docs.markdown import ROOT
from tools import reference

TEXT: Final = markdown.all_text()

#: A record is one page; a table in it may make it a long one.
MOST_LINES: Final = 60

#: A source file longer than this is a debt.
LONG: Final = 300


def test_the_reference_names_what_there_is_and_nothing_else() -> None:
    """Commands, settings, routes, errors and tables; its words may lag, its names may not."""
    written = named((ROOT / "docs/reference.md").read_text("utf-8"))
    assert written == named(reference.page()), "run: python tools/reference.py"


def named(page: str) -> set[str]:
    """What the rows of a page's tables are about: `name`, or METHOD `path`."""
    return set(re.findall(r"^\| ((?:[A-Z]+ \| )?`[^`]+`) \|", page, re.MULTILINE))


def test_every_decision_is_listed_and_every_listed_one_is_there() -> None:
    folder = ROOT / "docs/decisions"
    written = {path.name for path in folder.glob("[0-9]*.md")}
    listed = set(markdown.links(folder / "README.md"))
    assert written
    assert listed == written


def test_every_record_says_what_was_decided_on_one_page() -> None:
    for path in (ROOT / "docs/decisions").glob("[0-9]*.md"):
        text = path.read_text("utf-8")
        assert "**Decision.**" in text, path.name
        assert len(text.splitlines()) <= MOST_LINES, path.name


def test_every_runtime_dependency_is_argued_and_none_is_gpl() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {re.split(r"[^\w-]", each)[0] for each in project["dependencies"]}
    record = next((ROOT / "docs/decisions").glob("0009-*.md")).read_text("utf-8")
    assert names == set(re.findall(r"^\| `([\w-]+)`", record, re.MULTILINE))
    assert not [name for name in names if re.search(r"(?<!L)GPL", licence(name))]


def licence(name: str) -> str:
    """What an installed package says of its licence."""
    fields = metadata(name)
    stated = (
        fields.get_all(field) or [] for field in ("License-Expression", "License", "Classifier")
    )
    return " ".join(chain.from_iterable(stated))


def test_every_test_that_a_document_names_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", TEXT))
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert {name for name in named if f"def {name}(" not in tests} == set()


def test_every_long_file_and_every_borrowed_query_is_a_named_debt() -> None:
    debts = (ROOT / "docs/debts.md").read_text("utf-8")
    sources = (ROOT / "src/motma").rglob("*.py")
    long = {path for path in sources if len(path.read_text("utf-8").splitlines()) > LONG}
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    borrowers = set(re.findall(r'"motma\.([\w.]+) -> motma\.\w+\.queries"', project))
    names = {str(path.relative_to(ROOT / "src/motma")) for path in long} | borrowers
    assert {name for name in names if f"`{name}`" not in debts} == set()


@pytest.mark.parametrize("term", re.findall(
    r"\*\*(.+?)\*\*", (ROOT / "docs/glossary.md").read_text("utf-8"), re.MULTILINE
))  # fmt: skip
def test_every_word_of_the_glossary_is_used_elsewhere(term: str) -> None:
    others = "\n".join(
        page.read_text("utf-8") for page in markdown.pages() if page.name != "glossary.md"
    ) + "\n".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    assert any(word.strip().lower() in others.lower() for word in term.split("·"))


def test_both_readmes_give_the_same_commands() -> None:
    english, vietnamese = (
        [fence.text for fence in markdown.fences(ROOT / name) if fence.language == "sh"]
        for name in ("README.md", "README.vi.md")
    )
    assert english
    assert english == vietnamese
