"""What of a handheld reader's text survives the keyboard's way: the table of docs/reader.md.

`MOTMA_WRITE_DOCS=1` writes it anew.
"""

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from tests.browser.offline.node import ask, bundle
from tests.snapshotting import ISSUER, NOW, QID

from motma.codec.issued import Assurance, Form, Issue, compose
from motma.kernel.clock import civil_day

_PAGE: Final = Path(__file__).parents[3] / "docs/reader.md"
_BLOCK: Final = re.compile(r"(?<=<!-- handheld -->\n).*?(?=<!-- /handheld -->)", re.DOTALL)


def _issued(name: str, form: Form = Form.PAPER) -> str:
    """A signed code of that name."""
    today = civil_day(NOW)
    issue = Issue(
        name=name,
        born="1990-**-**",
        qid=QID,
        form=form,
        number=1,
        assurance=Assurance.SEEN,
        issued_on=today,
        expires_on=today + timedelta(days=90),
    )
    return compose(issue, kid=ISSUER.kid, sign=ISSUER.sign)


TEXTS: Final = {
    "our code": _issued("TRAN THI THU"),
    "with its living part": _issued("TRAN THI THU", Form.PHONE) + "<t=00000007123456",
    "name `LEE KIM`": _issued("LEE KIM"),
    "name `JAMES SMITH`": _issued("JAMES SMITH"),
    "insurance card": "DN4010120878821|"
    f"{'Trần Thị Thử'.encode().hex()}|03/02/1990|2|-|01 - 001|01/01/2021|31/12/2021|$",
    "identity card": "001190000001||Trần Thị Thử|03021990|Nữ|Hà Nội|10052021",
}
WAYS: Final[dict[str, dict[str, Any]]] = {
    "US keyboard": {},
    "Caps Lock on": {"capsLock": True},
    "Telex, composing": {"composing": "Telex"},
    "VNI, composing": {"composing": "VNI"},
    "Telex, replacing (UniKey)": {"replacing": "Telex"},
    "VNI, replacing (UniKey)": {"replacing": "VNI"},
    "UK keyboard": {"layout": "UK"},
    "French keyboard": {"layout": "French"},
    "German keyboard": {"layout": "German"},
    "Vietnamese keyboard": {"layout": "Vietnamese"},
}
WORDS: Final = {
    "as-it-is": "as it is",
    "by-keys": "put right (keys)",
    "by-text": "put right (text)",
    "told": "told, not sent",
    "no-key": "no keys",
    "wrong": "**wrong**",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """What becomes of each text on each way."""
    target = tmp_path_factory.mktemp("wedging") / "wedging.mjs"
    script = bundle(Path(__file__).parent / "wedging.ts", target)
    at_ms = int(NOW.timestamp() * 1000)
    question = {"texts": list(TEXTS.values()), "ways": list(WAYS.values()), "atMs": at_ms}
    answer: list[list[str]] = ask(script, question)["answer"]
    return answer


def test_the_table_of_what_survives_is_what_the_page_does(found: list[list[str]]) -> None:
    rows = [["", *TEXTS], ["---"] * (len(TEXTS) + 1)]
    rows += [[way, *(WORDS[one] for one in row)] for way, row in zip(WAYS, found, strict=True)]
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    page = _PAGE.read_text("utf-8")
    if os.environ.get("MOTMA_WRITE_DOCS") == "1":
        page = _BLOCK.sub(lambda _: table, page)
        _PAGE.write_text(page, "utf-8")
    written = _BLOCK.search(page)
    assert written is not None
    assert written[0] == table


def test_nothing_wrong_is_ever_sent_and_our_own_code_survives_every_keyboard(
    found: list[list[str]],
) -> None:
    assert all(one != "wrong" for row in found for one in row)
    ours = {row[0] for row in found}
    assert ours <= {"as-it-is", "by-keys"}
