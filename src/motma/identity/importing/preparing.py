"""Rows of text → sealed values, ready to be copied; runs in the worker processes.

A worker has its own key ring and no database. Nothing clear leaves it but the birth date, by which
the process that merges judges who may be whose guardian.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from motma.identity import model
from motma.identity.importing.files import Row
from motma.identity.importing.rows import (
    Finding,
    Layout,
    Read,
    Refused,
    read,
    statement,
    texts_of,
)
from motma.identity.matching import blocks
from motma.identity.model import Assurance
from motma.kernel.ids import Random, new_qid
from motma.keys.vault import Vault

#: Index kind of what a row says as a whole.
STATEMENT: Final = "import-row"


class Plan(NamedTuple):
    """How the rows of one job are read and trusted."""

    layout: Layout
    source: str
    assurance: Assurance


class Staged(NamedTuple):
    """A person to be, sealed."""

    row_no: int
    person_id: UUID
    profile: bytes
    qid: str
    alias: str | None
    documents: list[tuple[bytes, str, bytes]]  # index, kind, sealed number
    keys: list[bytes]


class Prepared(NamedTuple):
    """A staged row, and under what its person may be known already, by every key in use."""

    staged: Staged
    wanted_qid: str | None
    owned: list[bytes]  # of proven documents
    statement: list[bytes]  # of the row as a whole
    guardian: list[bytes]  # of the guardian's document
    born: str

    @property
    def code(self) -> str | None:
        """The imported QID, of our form or not."""
        return self.wanted_qid or self.staged.alias


class Batch(NamedTuple):
    """A chunk of rows after preparation."""

    prepared: list[Prepared]
    findings: list[Finding]


def prepare(
    vault: Vault, random: Random, plan: Plan, first: int, rows: Sequence[Row], now: datetime
) -> Batch:
    """Read, judge, seal and index rows; `first` is the row number of the first."""
    vault.refresh()  # a rotation in mid-import takes effect with the next chunk
    prepared: list[Prepared] = []
    findings: list[Finding] = []
    for number, cells in enumerate(rows, first):
        said = judge(number, cells, plan, now, findings)
        if said is not None:
            prepared.append(_seal(number, said, vault, random))
    return Batch(prepared, findings)


def statements(vault: Vault, plan: Plan, cells: Row) -> list[bytes]:
    """Under what a row is known when the same source said exactly the same before."""
    if not cells or not any(cells):
        return []
    texts = texts_of(cells, plan.layout)
    said = statement(texts, source=plan.source, assurance=plan.assurance)
    return vault.blinds(STATEMENT, said)


def judge(
    number: int, cells: Row, plan: Plan, now: datetime, findings: list[Finding]
) -> Read | None:
    """What the row says; None when it is empty or refused, which `findings` then says."""
    if cells is None:
        findings.append(Finding(number, "", "error", "import.row-unreadable"))
        return None
    if not any(cells):
        return None
    said = read(cells, plan.layout, source=plan.source, assurance=plan.assurance, now=now)
    if isinstance(said, Refused):
        findings += [Finding(number, column, "error", code) for column, code in said.reasons]
        return None
    odd = [*said.warnings, *(("", code) for code in model.warnings(said.profile))]
    findings += [Finding(number, column, "warning", code) for column, code in odd]
    return said


def _seal(number: int, said: Read, vault: Vault, random: Random) -> Prepared:
    """The row as the tables keep it."""
    profile = said.profile
    person_id = UUID(bytes=random(16), version=4)
    held = {document.document.key: document for document in profile.documents}
    indexes = {key: vault.blinds("document", key) for key in held}
    indexes_of_row = vault.blinds(STATEMENT, said.statement)
    keys = [vault.blind(kind, value) for kind, value in blocks.keys_of(profile)]
    staged = Staged(
        row_no=number,
        person_id=person_id,
        profile=vault.seal(model.PROFILE_COLUMN, person_id, model.write(profile)),
        qid=said.qid or new_qid(random),
        alias=said.alias,
        documents=[
            (
                indexes[key][0],
                document.kind,
                vault.seal(model.DOCUMENT_COLUMN, person_id, document.number.encode()),
            )
            for key, document in held.items()
        ],
        keys=list({*keys, indexes_of_row[0]}),
    )
    owned = [
        blind
        for key, document in held.items()
        if document.assurance > Assurance.DECLARED
        for blind in indexes[key]
    ]
    guardian = vault.blinds("document", said.guardian.key) if said.guardian else []
    return Prepared(staged, said.qid, owned, indexes_of_row, guardian, profile.birth.value)
