"""What a stranger meets is named in a document: commands, settings, routes, decisions, words."""

import re
from collections.abc import Iterator

import click
import pytest
import typer
from tests.docs import markdown
from tests.docs.markdown import ROOT

from motma.bootstrap import Settings
from motma.cli.main import app
from motma.web.app import OPERATIONS

TEXT = markdown.all_text()


def commands(group: click.Group, name: str = "motma") -> Iterator[str]:
    """Every command as it is typed."""
    for word, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}"


def all_commands() -> list[str]:
    """The commands of the whole command line."""
    group = typer.main.get_command(app)
    assert isinstance(group, click.Group)
    return sorted(commands(group))


@pytest.mark.parametrize("command", all_commands())
def test_every_command_is_named_in_a_document(command: str) -> None:
    assert re.search(rf"{command}(?![\w-])", TEXT)


@pytest.mark.parametrize("setting", sorted(Settings.model_fields))
def test_every_setting_is_named_in_a_document(setting: str) -> None:
    assert f"MOTMA_{setting.upper()}" in TEXT


@pytest.mark.parametrize("path", sorted({operation.path for operation in OPERATIONS}))
def test_every_route_is_named_in_a_document(path: str) -> None:
    assert path in TEXT


def test_every_decision_is_listed_and_every_listed_one_is_there() -> None:
    folder = ROOT / "docs/decisions"
    written = {path.name for path in folder.glob("[0-9]*.md")}
    listed = set(markdown.links(folder / "README.md"))
    assert written
    assert listed == written


def test_every_decision_says_context_decision_and_consequences() -> None:
    for path in (ROOT / "docs/decisions").glob("[0-9]*.md"):
        assert {"context", "decision", "consequences"} <= markdown.anchors(path), path.name


@pytest.mark.parametrize("term", re.findall(
    r"^\*\*(.+?)\*\*", (ROOT / "docs/glossary.md").read_text("utf-8"), re.MULTILINE
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
