"""Writes docs/reference.md from the code: commands, settings, routes, errors, tables."""

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import typer

import motma
from motma.bootstrap import Settings
from motma.cli.main import app
from motma.kernel.errors import Declined, Malformed
from motma.web.app import OPERATIONS
from motma.web.problems import STATUS

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs/reference.md"

#: Who may call an operation, as `Operation.auth` says it.
_CALLERS: Final = {
    "none": "anybody",
    "proof": "a device's key",
    "reader": "a reader",
    "person": "a person's wallet",
    "client": "a source of records",
}


def main() -> None:
    """Write the page anew."""
    PAGE.write_text(page(), "utf-8")


def page() -> str:
    """The whole page."""
    parts = (
        "# Reference\n\nWritten from the code by `python tools/reference.py`; do not edit.\n",
        table("Commands", ("command", "what it does"), commands()),
        table("Settings", ("variable", "default", "what it is"), settings()),
        table("Routes", ("method", "path", "what it does", "for"), routes()),
        table("Declined", ("code", "status", "what it means"), declined()),
        "Malformed input has status 400 and one of these codes; those of QR texts are in"
        " [the format](qr-format.md):\n\n" + ", ".join(f"`{code}`" for code in malformed()) + ".\n",
        table("Tables", ("table", "distribution", "kept"), tables()),
    )
    return "\n".join(parts)


def table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A section with a table."""
    lines = [f"## {title}", "", "| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def commands() -> list[tuple[str, str]]:
    """Every command with the first sentence of its help."""
    return sorted(_commands(typer.main.get_command(app), "motma"))


def _commands(group: Any, name: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - typer's own
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{name} {word}")
        else:
            yield f"`{name} {word}`", _first_line(command.help)


def settings() -> list[tuple[str, str, str]]:
    """Every setting with its default and the comment above it."""
    source = (ROOT / "src/motma/bootstrap.py").read_text("utf-8")
    said = re.compile(r"((?: {4}#: .*\n)+) {4}(\w+): [^=\n]+ = (.+)\n")
    found = {
        name: (" ".join(re.findall(r"#: (.*)", comment)), default)
        for comment, name, default in said.findall(source)
    }
    rows = []
    for name in Settings.model_fields:
        comment, _ = found.get(name, ("", ""))
        default = Settings.model_fields[name].default
        plain = default.get_secret_value() if hasattr(default, "get_secret_value") else default
        rows.append((f"`MOTMA_{name.upper()}`", f"`{plain}`" if plain != "" else "empty", comment))
    return rows


def routes() -> list[tuple[str, str, str, str]]:
    """Every operation of the API."""
    return [
        (each.method, f"`{each.path}`", _first_line(each.handler.__doc__), _CALLERS[each.auth])
        for each in sorted(OPERATIONS, key=lambda each: (each.path, each.method))
    ]


def declined() -> list[tuple[str, str, str]]:
    """Every outcome with a code of its own."""
    for module in pkgutil.walk_packages(motma.__path__, "motma."):
        importlib.import_module(module.name)
    found = [each for each in _subclasses(Declined) if each is not Malformed]
    return sorted((f"`{c.code}`", str(STATUS[c.kind]), _first_line(c.__doc__)) for c in found)


def _subclasses(of: type[Declined]) -> Iterator[type[Declined]]:
    for each in of.__subclasses__():
        if "code" in vars(each):
            yield each
        yield from _subclasses(each)


def malformed() -> list[str]:
    """Every code of malformed input but those of QR texts and pictures."""
    raised = re.compile(r"""Malformed\(\s*"([a-z][a-z0-9-]*\.[a-z0-9.-]+)\"""")
    sources = (path.read_text("utf-8") for path in (ROOT / "src/motma").rglob("*.py"))
    codes = {code for source in sources for code in raised.findall(source)}
    return sorted(code for code in codes if not code.startswith("qr."))


def tables() -> list[tuple[str, str, str]]:
    """Every table with what its comment says."""
    said = re.compile(r"COMMENT ON TABLE (\S+)\s+IS 'dist: ([^;]+); keep: ([^']+)'")
    sources = (path.read_text("utf-8") for path in sorted((ROOT / "migrations").glob("*.sql")))
    return [(f"`{t}`", d, k) for source in sources for t, d, k in said.findall(source)]


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0].strip() if text and text.strip() else ""


if __name__ == "__main__":
    main()
