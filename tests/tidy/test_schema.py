"""What the migrated schema promises: every query prepares, every table says where and how long."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

import asyncpg
import pytest

from motma.storage import server
from motma.storage.migrate import migrate
from motma.storage.pool import Connection, connect

PACKAGE: Final = Path(__file__).parents[2] / "src" / "motma"
QUERIES: Final = [
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in sorted(PACKAGE.rglob("queries.py"))
]
DEBIAN_15: Final = Path("/usr/lib/postgresql/15/bin")
STATEMENT: Final = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
TEMPORARY: Final = re.compile(r"\s*CREATE TEMP(ORARY)? TABLE\b")
COMMENT: Final = re.compile(r"dist: (?P<dist>\w+); keep: \S.*")

#: Not distributed by a column: whole on each node, or on the coordinator only.
UNDISTRIBUTED: Final = {"reference", "local"}

TABLES: Final = """
    SELECT c.oid, c.oid::regclass::text AS name, obj_description(c.oid, 'pg_class') AS comment
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('public', 'local')
     ORDER BY 2
"""
UNIQUE_COLUMNS: Final = """
    SELECT i.indexrelid::regclass::text AS name,
           array_agg(a.attname::text ORDER BY k.n) AS columns
      FROM pg_index i
      CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, n)
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
     WHERE i.indrelid = $1 AND i.indisunique
     GROUP BY 1
"""
TRIGGERS: Final = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
SMALL_SERIALS: Final = """
    SELECT attrelid::regclass::text || '.' || attname FROM pg_attribute
     WHERE attidentity <> '' AND atttypid <> 'int8'::regtype
"""
EXTENSIONS: Final = "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'"
FOREIGN_KEYS: Final = """
    SELECT conrelid::regclass::text AS small, confrelid::regclass::text AS big
      FROM pg_constraint WHERE contype = 'f'
"""


def statements(module: ModuleType) -> dict[str, str]:
    """The SQL constants of a module, those in tuples and mappings included."""
    found = {}
    for name, value in vars(module).items():
        if not name.strip("_").isupper():
            continue
        inner = value.values() if isinstance(value, dict) else value
        several = inner if isinstance(value, dict | tuple | list | frozenset) else (value,)
        for number, text in enumerate(several):
            if isinstance(text, str) and STATEMENT.match(text):
                found[f"{name}[{number}]"] = text
    return found


async def placement(db: Connection) -> dict[str, str]:
    """Each table's distribution, as its comment says it."""
    found = {}
    for row in await db.fetch(TABLES):
        match = COMMENT.fullmatch(row["comment"] or "")
        assert match, f"{row['name']} does not say its distribution and keep-until"
        found[row["name"]] = match["dist"]
    return found


async def unprepared(db: Connection, name: str) -> dict[str, str]:
    """The statements of a module that the schema refuses, each with the reason."""
    module = importlib.import_module(name)
    for sql in vars(module).values():
        if isinstance(sql, str) and TEMPORARY.match(sql):
            await db.execute(sql)
    broken = {}
    for constant, sql in statements(module).items():
        savepoint = db.transaction()
        await savepoint.start()
        try:
            await db.prepare(sql)
        except asyncpg.PostgresError as error:
            broken[constant] = str(error)
        finally:
            await savepoint.rollback()
    return broken


@pytest.fixture(scope="module")
def fifteen(open_directory: Path) -> Iterator[str]:
    """The address of a migrated database on the oldest PostgreSQL that we support."""
    if not (DEBIAN_15 / "postgres").exists():
        pytest.skip("PostgreSQL 15 is not here: apt-get install postgresql-15")
    data = open_directory / "oldest" / "postgres"
    dsn = server.ensure_running(data, binaries=DEBIAN_15).dsn
    migrate(dsn)
    yield dsn
    server.stop(data, binaries=DEBIAN_15, force=True)
    server.discard(data)


@pytest.mark.parametrize("name", QUERIES)
async def test_every_query_prepares_on_the_migrated_schema(db: Connection, name: str) -> None:
    assert await unprepared(db, name) == {}


async def test_every_query_prepares_on_postgresql_15(fifteen: str) -> None:
    db = await connect(fifteen)
    assert str(await db.fetchval("SHOW server_version")).startswith("15.")
    broken = {name: found for name in QUERIES if (found := await unprepared(db, name))}
    assert broken == {}
    await db.close()


def test_there_are_queries_to_prepare() -> None:
    found = {name: statements(importlib.import_module(name)) for name in QUERIES}
    assert [name for name, sql in found.items() if len(sql) == 0] == []
    assert len(found) > 3


async def test_every_table_says_its_distribution_and_its_keep_until(db: Connection) -> None:
    assert len(await placement(db)) > 20


async def test_the_distribution_column_is_in_every_unique_key(db: Connection) -> None:
    placed = await placement(db)
    missing = [
        key["name"]
        for table in await db.fetch(TABLES)
        if placed[table["name"]] not in UNDISTRIBUTED
        for key in await db.fetch(UNIQUE_COLUMNS, table["oid"])
        if placed[table["name"]] not in key["columns"]
    ]
    assert missing == []


async def test_what_is_local_stands_in_the_local_schema_and_only_there(db: Connection) -> None:
    placed = await placement(db)
    assert [n for n, dist in placed.items() if n.startswith("local.") != (dist == "local")] == []


async def test_no_foreign_key_leads_from_a_shared_table_to_a_distributed_one(
    db: Connection,
) -> None:
    placed = await placement(db)
    wrong = [
        row["small"]
        for row in await db.fetch(FOREIGN_KEYS)
        if placed[row["small"]] in UNDISTRIBUTED and placed[row["big"]] not in UNDISTRIBUTED
    ]
    assert wrong == []


@pytest.mark.parametrize("question", [TRIGGERS, SMALL_SERIALS, EXTENSIONS])
async def test_there_are_no_triggers_small_serials_or_extensions(
    db: Connection, question: str
) -> None:
    assert [row[0] for row in await db.fetch(question)] == []


async def test_a_table_without_its_sentence_would_be_found(db: Connection) -> None:
    await db.execute("CREATE TABLE stray (n int)")
    with pytest.raises(AssertionError, match="stray"):
        await placement(db)
