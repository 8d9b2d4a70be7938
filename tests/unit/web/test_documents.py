"""What the documents say of the API and the policy is what the code says.

To write them anew: MOTMA_WRITE_DOCS=1 .venv/bin/python -m pytest tests/unit/web
"""

import json
import os
import re
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from motma.access import policy
from motma.web import links, openapi
from motma.web.app import OPERATIONS

DOCS: Final = Path(__file__).parents[3] / "docs"


def compare(path: Path, wanted: str) -> None:
    """The file says this; or is made to, when asked for."""
    if os.environ.get("MOTMA_WRITE_DOCS"):
        path.write_text(wanted, "utf-8")
    assert path.read_text("utf-8") == wanted, "see the first lines of this test"


def test_the_checked_in_api_description_is_the_servers() -> None:
    text = json.dumps(openapi.document(OPERATIONS), indent=1, ensure_ascii=False)
    compare(DOCS / "openapi.json", text + "\n")


@pytest.mark.parametrize(
    ("name", "table"), [("fields", policy.table), ("grants", policy.grants_table)]
)
def test_the_tables_of_who_may_know_what_are_the_policys(name: str, table: Any) -> None:
    path = DOCS / "access.md"
    part = re.compile(f"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
    wanted = part.sub(f"<!-- {name} -->\n{table()}\n<!-- /{name} -->", path.read_text("utf-8"))
    compare(path, wanted)


def test_every_operation_is_described_for_somebody_who_never_saw_it() -> None:
    document = openapi.document(OPERATIONS)
    entries = [e for path in document["paths"].values() for e in path.values()]
    assert len(entries) == len(OPERATIONS)
    assert len({e["operationId"] for e in entries}) == len(entries)
    for entry in entries:
        assert entry["summary"], entry["operationId"]
        assert entry["description"], entry["operationId"]
        assert "default" in entry["responses"]
    for operation in OPERATIONS:
        entry = document["paths"][operation.path][operation.method.lower()]
        assert bool(entry["security"]) == (operation.auth != "none")


def test_every_reference_in_the_description_resolves() -> None:
    text = json.dumps(openapi.document(OPERATIONS))
    names = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert names
    assert names <= openapi.document(OPERATIONS)["components"]["schemas"].keys()


def test_every_link_leads_to_an_operation_that_takes_what_it_hands_over() -> None:
    operations = {o.name: o for o in OPERATIONS}
    for source, leads_to in links.LINKS.items():
        assert source in operations
        for link in leads_to:
            target = operations[link.to]
            assert link.body.keys() <= {f.encode_name for f in fields_of(target.body)}
            parameters = {*target.query, *re.findall(r"\{(\w+)\}", target.path)}
            assert link.parameters.keys() <= parameters


def fields_of(body: Any) -> tuple[Any, ...]:
    return () if body is None else msgspec.structs.fields(body)
