"""What a document names is there: commands, settings, routes, tables and columns."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest
from tests.docs import markdown
from tests.docs.markdown import ROOT
from tools import reference

from motma.bootstrap import Settings
from motma.web.app import OPERATIONS

#: Variables that are no settings of the platform: they are for builds and tests.
BESIDE: Final = {
    *("MOTMA_CORPORA", "MOTMA_SKIP_UI", "MOTMA_TEST_PG_BIN", "MOTMA_UI_OUT", "MOTMA_WRITE_DOCS"),
    *("MOTMA_MATCH_BACKEND", "MOTMA_SPARK_MASTER"),  # options of `motma match` alone
}

COMMANDS: Final = {name.strip("`") for name, _ in reference.commands()}
GROUPS: Final = {name.rpartition(" ")[0] for name in COMMANDS}
SETTINGS: Final = {f"MOTMA_{name.upper()}" for name in Settings.model_fields} | BESIDE
PATHS: Final = {operation.path for operation in OPERATIONS}
#: Named to say why there is no such route.
REJECTED: Final = {"/v1/people/{qid}"}
SCHEMA: Final = "\n".join(path.read_text("utf-8") for path in (ROOT / "migrations").glob("*.sql"))

PAGES: Final = pytest.mark.parametrize(
    "page", markdown.pages(), ids=lambda page: str(page.relative_to(ROOT))
)


@PAGES
def test_every_command_that_a_page_names_is_there(page: Path) -> None:
    named = re.findall(r"`motma((?: [a-z][a-z-]+)+)", page.read_text("utf-8"))
    assert {words for words in named if not is_command(words.split())} == set()


def is_command(words: list[str]) -> bool:
    """Whether the words begin with a command, or are a group of commands."""
    texts = [" ".join(["motma", *words[:count]]) for count in (1, 2)]
    return any(text in COMMANDS for text in texts) or (texts[0] in GROUPS and len(words) == 1)


def test_a_command_that_is_not_there_is_noticed() -> None:
    assert is_command(["people", "reads"])
    assert is_command(["people"])
    assert not is_command(["people", "vanish"])
    assert not is_command(["vanish"])


@PAGES
def test_every_setting_that_a_page_names_is_there(page: Path) -> None:
    assert set(re.findall(r"MOTMA_[A-Z_]+", page.read_text("utf-8"))) <= SETTINGS


@PAGES
def test_every_route_that_a_page_names_is_there(page: Path) -> None:
    named = re.findall(r"`(?:[A-Z]+ )?(/v1/[\w/:{}.-]+)(?:\?[^`]*)?`", page.read_text("utf-8"))
    assert set(named) - PATHS - REJECTED == set()


@PAGES
def test_every_column_that_a_page_names_is_there(page: Path) -> None:
    named: Iterable[tuple[str, str]] = re.findall(
        r"`(person|qid|guardian|merge|event|device|session)\.(\w+)`",
        page.read_text("utf-8"),
    )
    assert {f"{table}.{column}" for table, column in named if not has(table, column)} == set()


def has(table: str, column: str) -> bool:
    """Whether a table of the schema has the column."""
    if re.search(rf"ALTER TABLE {table} ADD COLUMN {column} ", SCHEMA):
        return True
    found = re.search(rf"CREATE TABLE {table} \((.*?)^\)", SCHEMA, re.MULTILINE | re.DOTALL)
    return found is not None and re.search(rf"^ +{column} ", found[1], re.MULTILINE) is not None
