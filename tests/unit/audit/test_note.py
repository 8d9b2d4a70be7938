"""Notes and checkpoints as any C2SP tool reads them."""

from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motma.audit.note import (
    ED25519,
    Head,
    key_hash,
    read_head,
    read_note,
    read_verifier_key,
    signed_by,
    verifier_key,
)
from motma.kernel.errors import Malformed

#: Source: the documentation of golang.org/x/mod/sumdb/note, Example.
KEY: Final = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE: Final = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"  # noqa: E501
)
HEAD: Final = Head(
    origin="motma.test/log", size=7, root=bytes(32), at=datetime(2022, 1, 5, tzinfo=UTC)
)


def test_a_note_signed_by_go_is_believed() -> None:
    name, kind, public = read_verifier_key(KEY)
    assert kind == ED25519
    assert signed_by(read_note(NOTE), name, [public])


def test_a_changed_note_is_not() -> None:
    name, _, public = read_verifier_key(KEY)
    for changed in (NOTE.replace("don't", "do"), NOTE.replace("\n\n", "\n \n\n")):
        assert not signed_by(read_note(changed), name, [public])
    assert not signed_by(read_note(NOTE), "other", [public])
    assert not signed_by(read_note(NOTE), name, [])


def test_a_note_is_written_as_it_was_read() -> None:
    assert str(read_note(NOTE)) == NOTE


def test_a_verifier_key_is_written_as_it_was_read() -> None:
    name, kind, public = read_verifier_key(KEY)
    assert verifier_key(name, kind, public) == KEY
    assert key_hash(name, kind, public).hex() == "c74f20a3"


@pytest.mark.parametrize(
    "text", ["", "a+b", KEY.replace("c7", "c8"), KEY[:-4], KEY.replace("ARpc", "!!!!"), "a+00+"]
)
def test_a_broken_verifier_key_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        read_verifier_key(text)


def test_a_checkpoint_has_origin_size_root_and_time() -> None:
    text = HEAD.text()
    assert text.split("\n") == [
        "motma.test/log",
        "7",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "at 2022-01-05T00:00:00+00:00",
        "",
    ]
    assert read_head(text) == HEAD


@pytest.mark.parametrize(
    "change",
    [
        ("7", "07"),
        ("7", "-7"),
        ("7", "x"),
        ("AAA=", "AA="),
        ("at ", ""),
        ("+00:00", ""),
        ("\n", ""),
    ],
)
def test_a_checkpoint_has_one_spelling(change: tuple[str, str]) -> None:
    with pytest.raises(Malformed):
        read_head(HEAD.text().replace(*change))


@given(text=st.text())
def test_any_text_is_a_note_or_malformed(text: str) -> None:
    try:
        note = read_note(text)
    except Malformed:
        return
    assert str(note) == text


@given(text=st.text())
def test_any_text_is_a_head_or_malformed(text: str) -> None:
    try:
        head = read_head(text)
    except Malformed:
        return
    assert head.text() == text
