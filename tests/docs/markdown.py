"""The project's Markdown: which files there are, their fences, links and anchors."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]

#: Made, fetched or not ours.
_SKIPPED: Final = {"node_modules", ".venv", ".git", ".motma", "dist", "build", "static"}
_FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
_CODE: Final = re.compile(r"`[^`\n]*`")


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block: its language and its text."""

    language: str
    text: str


def pages() -> list[Path]:
    """Every Markdown file of the project."""
    return sorted(
        path
        for path in ROOT.rglob("*.md")
        if not _SKIPPED & {part for part in path.relative_to(ROOT).parts if part}
        and not path.relative_to(ROOT).parts[0].startswith(".")
    )


def fences(page: Path) -> list[Fence]:
    """The fenced blocks of a page, in order."""
    return [Fence(*found.groups()) for found in _FENCE.finditer(page.read_text("utf-8"))]


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", page.read_text("utf-8"))


def links(page: Path) -> Iterator[str]:
    """Targets of links and pictures, those in fences and code left out."""
    yield from (found[1] for found in _LINK.finditer(_CODE.sub("", prose(page))))


def anchors(page: Path) -> set[str]:
    """What may stand behind # in a link to the page: its headings as forges write them."""
    return {slug(found[1]) for found in _HEADING.finditer(prose(page))}


def slug(heading: str) -> str:
    """A heading as an anchor.

    >>> slug("What is *not* stored: keys, `kek.json`")
    'what-is-not-stored-keys-kekjson'
    """
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.replace(" ", "-")


def all_text() -> str:
    """Everything that the documents say."""
    return "\n".join(page.read_text("utf-8") for page in pages())
