"""What no linter knows about the sources: sizes, sentences, SQL and clocks in their places."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

import pytest

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final = sorted((ROOT / "src" / "motma").rglob("*.py"))
TESTS: Final = sorted((ROOT / "tests").rglob("*.py"))
SCRIPTS: Final = sorted(
    path for folder in ("tools", "bench", "migrations") for path in (ROOT / folder).rglob("*.py")
)

LONGEST_FILE: Final = 400
LONGEST_FUNCTION: Final = 50

#: Modules that hold SQL and are not called `queries`, each with its reason.
SQL_ELSEWHERE: Final = {
    "storage": "is the layer that owns the server, its schema and its backups",
    "cli/doctor.py": "asks the server about itself, and the log only how late it is",
    "web/open.py": "asks the server only whether it answers",
}

#: Modules that ask the machine what time it is, each with its reason.
CLOCKS_ELSEWHERE: Final = {
    "kernel/clock.py": "is the clock",
}

#: What reads a calendar clock. `time.monotonic` measures durations, which is no clock.
CLOCKS: Final = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}

SQL: Final = re.compile(
    r"\s*(SELECT\s|INSERT INTO\s|UPDATE \w+ SET\s|DELETE FROM\s|WITH \w+ AS|MERGE INTO\s"
    r"|(CREATE|DROP|ALTER|TRUNCATE)( UNLOGGED| TEMPORARY| TEMP)? (TABLE|INDEX|DATABASE)\s)"
)

NO_NAMES: Final = {"utils", "helpers", "common", "base", "manager", "misc"}


def name_of(path: Path) -> str:
    """A path as people say it."""
    return str(path.relative_to(ROOT))


def in_context(path: Path) -> str:
    """The path below the package."""
    return str(path.relative_to(ROOT / "src" / "motma"))


def excepted(path: Path, exceptions: dict[str, str]) -> bool:
    """Whether the module, or a folder above it, is a named exception."""
    name = in_context(path)
    return any(name == each or name.startswith(f"{each}/") for each in exceptions)


def tree(path: Path) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(path.read_text())


def functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from `def` to its end, the docstring not counted."""
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is None:
        return whole
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1)


def docstrings(module: ast.Module) -> set[int]:
    """The identities of the nodes that are documentation."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        id(node.body[0].value)
        for node in ast.walk(module)
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)
    }


def texts(module: ast.Module) -> Iterator[ast.Constant]:
    """Every string that is no documentation."""
    documentation = docstrings(module)
    for node in ast.walk(module):
        text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if text and id(node) not in documentation:
            yield cast("ast.Constant", node)


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    sizes = {name_of(p): len(p.read_text().splitlines()) for p in SOURCES + TESTS + SCRIPTS}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{name_of(path)}:{function.name}": length(function)
        for path in SOURCES + TESTS + SCRIPTS
        for function in functions(tree(path))
        if length(function) > LONGEST_FUNCTION
    }
    assert long == {}


def test_every_module_begins_with_its_sentence() -> None:
    silent = []
    for path in SOURCES + TESTS + SCRIPTS:
        first = (ast.get_docstring(tree(path)) or "").split("\n\n")[0].rstrip()
        if not first.endswith((".", ":", "?")):
            silent.append(name_of(path))
    assert silent == []


def test_sql_stands_in_queries_only() -> None:
    strays = [
        f"{name_of(path)}:{node.lineno}"
        for path in SOURCES
        if path.stem != "queries" and not excepted(path, SQL_ELSEWHERE)
        for node in texts(tree(path))
        if SQL.match(str(node.value))
    ]
    assert strays == []


def test_only_the_kernel_asks_what_time_it_is() -> None:
    strays = [
        f"{name_of(path)}:{node.lineno}"
        for path in SOURCES
        if not excepted(path, CLOCKS_ELSEWHERE)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in CLOCKS
    ]
    assert strays == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name_of(path) for path in SOURCES if path.stem in NO_NAMES] == []


def test_no_folder_of_the_package_is_empty() -> None:
    folders = {path.parent for path in SOURCES}
    assert [name_of(each) for each in folders if not (each / "__init__.py").exists()] == []


@pytest.mark.parametrize("exceptions", [SQL_ELSEWHERE, CLOCKS_ELSEWHERE])
def test_every_exception_still_exists(exceptions: dict[str, str]) -> None:
    missing = [name for name in exceptions if not (ROOT / "src" / "motma" / name).exists()]
    assert missing == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SELECT 1", True),
        ("\n    INSERT INTO qid VALUES ($1)", True),
        ("Select a place first", False),
        ("with", False),
    ],
)
def test_the_search_for_sql_tells_it_from_prose(text: str, found: bool) -> None:  # noqa: FBT001 - a column of the table
    assert bool(SQL.match(text)) == found
