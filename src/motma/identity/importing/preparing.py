"""What a worker process does: rows of text → sealed values, ready to be copied.

The process has its own key ring and no database. Nothing clear leaves it.
"""

import os
import threading
from collections.abc import Sequence
from datetime import datetime
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from motma.identity import model
from motma.identity.importing.files import Row
from motma.identity.importing.rows import Finding, Layout, Read, Refused, read
from motma.identity.model import Assurance, Claim, Held, Profile
from motma.kernel import names
from motma.kernel.ids import new_qid, system_random
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault

#: Index kind of a row without a proven document: the same row again is not another person.
REPEATED_ROW = "import-row"


class Plan(NamedTuple):
    """How the rows of one job are read and trusted."""

    layout: Layout
    source: str
    assurance: Assurance


class Staged(NamedTuple):
    """A person to be, sealed; each column of the staging table in its order."""

    row_no: int
    person_id: UUID
    profile: bytes
    qid: str
    alias: str | None
    kinds: list[str]
    blinds: list[bytes]
    sealed: list[bytes]
    keys: list[bytes]


class Prepared(NamedTuple):
    """A staged row, and under what it may be known already."""

    staged: Staged
    wanted_qid: str | None
    owned: list[bytes]  # indexes of proven documents, of every key in use
    again: list[bytes]  # indexes of the row itself, when no document proves it


class Batch(NamedTuple):
    """A chunk of rows after preparation."""

    rows: int
    prepared: list[Prepared]
    findings: list[Finding]


class _Worker:
    """What the process keeps between chunks."""

    plan: Plan
    vault: Vault


def start(keys: Path, plan: Plan) -> None:
    """Called once in each worker process."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _Worker.plan, _Worker.vault = plan, Vault(Keyring.open(keys))


def _end_with_parent() -> None:
    """Leave when the parent is killed: nobody would ever send work again."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(0)


def prepare(first: int, rows: Sequence[Row], now: datetime) -> Batch:
    """Read, judge, seal and index rows; `first` is the row number of the first."""
    _Worker.vault.refresh()  # a rotation in mid-import takes effect with the next chunk
    prepared: list[Prepared] = []
    findings: list[Finding] = []
    for number, cells in enumerate(rows, first):
        found = judge(number, cells, _Worker.plan, now, findings)
        if found is not None:
            said, profile = found
            prepared.append(_seal(number, said, profile, _Worker.vault, _Worker.plan.source))
    return Batch(len(rows), prepared, findings)


def judge(
    number: int, cells: Row, plan: Plan, now: datetime, findings: list[Finding]
) -> tuple[Read, Profile] | None:
    """The row's claim and profile; None when it is empty or refused, which `findings` then says."""
    if cells is None:
        findings.append(Finding(number, "", "error", "import.row-unreadable"))
        return None
    if not any(cells):
        return None
    said = read(cells, plan.layout)
    if isinstance(said, Refused):
        findings += [Finding(number, column, "error", code) for column, code in said.reasons]
        return None
    profile = model.judge(said.claim, source=plan.source, assurance=plan.assurance, now=now)
    odd = [*said.warnings, *(("", code) for code in model.warnings(profile))]
    findings += [Finding(number, column, "warning", code) for column, code in odd]
    return said, profile


def _seal(number: int, said: Read, profile: Profile, vault: Vault, source: str) -> Prepared:
    """The row as the tables keep it."""
    person_id = UUID(bytes=system_random(16), version=4)
    held = {document.document.key: document for document in profile.documents}
    proven = [key for key, document in held.items() if document.assurance > Assurance.DECLARED]
    again = [] if proven else vault.blinds(REPEATED_ROW, _likeness(source, said.claim, held))
    keys = [vault.blind(kind, value) for kind, value in model.keys_for_search(profile)]
    staged = Staged(
        row_no=number,
        person_id=person_id,
        profile=vault.seal(model.PROFILE_COLUMN, person_id, model.write(profile)),
        qid=said.qid or new_qid(),
        alias=said.alias,
        kinds=[document.kind for document in held.values()],
        blinds=[vault.blind("document", key) for key in held],
        sealed=[
            vault.seal(model.DOCUMENT_COLUMN, person_id, document.number.encode())
            for document in held.values()
        ],
        keys=list(dict.fromkeys(keys + again[:1])),
    )
    owned = [blind for key in proven for blind in vault.blinds("document", key)]
    return Prepared(staged, said.qid, owned, again)


def _likeness(source: str, claim: Claim, held: dict[str, Held]) -> str:
    """All that a row without proof says, in one form: the same source's same row is a repeat."""
    as_of = claim.commune_as_of.isoformat() if claim.commune_as_of else ""
    said = (
        source, names.fold(claim.full_name), claim.birth, claim.sex, claim.nationality or "",
        claim.commune_code or "", as_of, claim.address or "", *claim.phones, *sorted(held),
    )  # fmt: skip
    return "|".join(said)
