"""Whose cards a commune's job prints: everybody who lives there when the job begins.

The list is settled once and kept in the job's folder: whoever moves in or out while a job stands
still can't change what its pages already say.
"""

import re
from pathlib import Path
from typing import Final
from uuid import UUID

from motma.access.means import Means
from motma.identity import model
from motma.kernel import names
from motma.kernel.errors import Malformed
from motma.printing import manifest, queries, tray
from motma.printing.errors import NobodyToPrint, OtherJob
from motma.storage.pool import Pool

_CODE: Final = re.compile(r"[0-9]{5}(@[0-9]{4}-[0-9]{2}-[0-9]{2})?")
#: People opened at a time: a few MB.
_STEP: Final = 2_000


async def settled(pool: Pool, means: Means, *, code: str, folder: Path) -> list[str]:
    """The QIDs of a commune's job, in the order of its pages; the same again on every run.

    `code` has five digits, and may say which list of communes it is of: `22366@2025-07-01`.
    """
    if _CODE.fullmatch(code) is None:
        raise Malformed("printing.commune", "commune")
    tray.folder(folder)
    path = folder / manifest.PEOPLE
    if not path.exists():
        qids = await _people(pool, means, code)
        if not qids:
            raise NobodyToPrint
        tray.put(path, "\n".join([code, *qids]).encode())
    kept, *qids = path.read_text("utf-8").splitlines()
    if kept != code:
        raise OtherJob
    return qids


async def _people(pool: Pool, means: Means, code: str) -> list[str]:
    """Everybody of the commune by given name, as lists in an office go.

    Where somebody lives is sealed, so everybody is opened once: a minute for a million.
    """
    found: list[tuple[list[str], str]] = []
    after = UUID(int=0)
    async with pool.acquire() as db:
        while rows := await queries.next_people(db, after, _STEP):
            after = rows[-1]["person_id"]
            for row in rows:
                opened = means.vault.open(model.PROFILE_COLUMN, row["person_id"], row["profile"])
                profile = model.read(opened)
                if profile.commune is None or not _is(profile.commune.value, code):
                    continue
                found.append((_by_given_name(profile.full_name.value), row["qid"]))
    return [qid for _, qid in sorted(found)]


def _is(lives_in: str, code: str) -> bool:
    """Whether a place of living is what the code names.

    >>> _is("22366@2025-07-01", "22366"), _is("22366@", "22366@2025-07-01")
    (True, False)
    """
    return lives_in == code or lives_in.partition("@")[0] == code


def _by_given_name(full_name: str) -> list[str]:
    """What a name is sorted by: given name first, family name last, without diacritics.

    >>> _by_given_name("Nguyễn Thị Ân")
    ['AN', 'THI', 'NGUYEN']
    """
    return names.fold(full_name).split()[::-1]
