"""SMPP against an SMSC that cuts, throttles and doubles: whole texts, never late, once bound."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr
from tests.integration.messages.smsc import Smsc, smsc

from motma.bootstrap import Settings, open_platform, sender_of
from motma.kernel.clock import SetClock, SystemClock
from motma.messages import service, smpp
from motma.messages.errors import NotSent, NumberRefused, SenderUnset
from motma.messages.model import Message
from motma.messages.running import Courier
from motma.messages.smpp import Smpp

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
CODE = "123456 là mã đăng nhập motma. Không đưa mã cho ai, kể cả cán bộ. @qr.example #123456"


def message(text: str = CODE, to: str = "+84987654321") -> Message:
    """A message that is out of date in ten minutes."""
    return Message(
        message_id=UUID(int=7), to=to, text=text, created_at=NOW,
        expires_at=NOW + timedelta(minutes=10), tries=1,
    )  # fmt: skip


@asynccontextmanager
async def sending(door: Smsc, **more: object) -> AsyncIterator[Smpp]:
    """A sender to this SMSC."""
    values: dict[str, object] = {"tls": False, "private_network": True} | more
    made = Smpp(
        host="127.0.0.1", port=door.port, system_id="motma", password="geheim", sender="MOTMA",
        clock=SetClock(NOW), **values,  # type: ignore[arg-type]  # names of its own fields
    )  # fmt: skip
    try:
        yield made
    finally:
        if made.session is not None:
            made.session.end()


async def test_a_vietnamese_text_arrives_whole_in_parts_that_a_phone_puts_together() -> None:
    async with smsc() as door, sending(door) as sender:
        await sender.send(message())
        await sender.send(message("123456 is your code"))
        await sender.send(message("😀" * 70))
    *long, short = [one for one in door.got if one.text[0] != "😀"]
    assert "".join(one.text for one in long) == CODE
    assert [one.data[:6] for one in long] == [bytes([5, 0, 3, 7, 2, n]) for n in (1, 2)]
    assert {(one.coding, one.esm_class, one.to) for one in long} == {(8, 0x40, b"84987654321")}
    assert (short.coding, short.esm_class, short.text) == (0, 0, "123456 is your code")
    assert "".join(one.text for one in door.got[3:]) == "😀" * 70  # no pair of halves is parted
    assert max(len(one.data) for one in door.got) <= 140
    # what is late is not sent on by the operator either
    assert {one.valid for one in door.got} == {b"000000001000000R"}
    assert door.binds == [(b"motma", b"geheim")]


async def test_a_session_that_was_cut_is_made_anew_and_a_message_in_flight_is_not_called_sent() -> (
    None
):
    async with smsc() as door, sending(door) as sender:
        await sender.send(message("one"))
        door.statuses = [None]
        with pytest.raises(NotSent):
            await sender.send(message("two"))
        await sender.send(message("two"))
        door.cut()
        for _ in range(100):
            if sender.session is None or sender.session.over:
                break
            await asyncio.sleep(0.02)
        await sender.send(message("three"))
    assert [one.text for one in door.got] == ["one", "two", "two", "three"]
    assert len(door.binds) == 3


async def test_answers_that_come_twice_and_questions_between_them_disturb_nothing() -> None:
    async with smsc() as door, sending(door) as sender:
        door.doubles = door.asks = True
        await asyncio.gather(*(sender.send(message(f"{n}")) for n in range(20)))
        assert sorted(int(one.text) for one in door.got) == list(range(20))
        assert len(door.binds) == 1
        while len(door.answered) < 20:
            await asyncio.sleep(0.01)
        assert set(door.answered) == {0x80000015}


async def test_a_line_that_went_dead_is_found_by_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smpp, "PATIENCE_S", 0.3)
    async with smsc() as door, sending(door, alive_s=0.05) as sender:
        await sender.send(message("one"))
        session = sender.session
        assert session is not None
        while door.alive < 3:
            await asyncio.sleep(0.02)
        assert not session.over
        door.silent = True
        for _ in range(200):
            if session.over:
                break
            await asyncio.sleep(0.02)
        assert session.over
        door.silent = False
        await sender.send(message("two"))
    assert [one.text for one in door.got] == ["one", "two"]


async def test_a_wrong_number_is_final_and_a_refused_bind_is_tried_again() -> None:
    async with smsc() as door, sending(door) as sender:
        door.bind_status = 0x0E
        with pytest.raises(NotSent):
            await sender.send(message("one"))
        assert door.got == []
        door.bind_status, door.statuses = 0, [0x0B]
        with pytest.raises(NumberRefused):
            await sender.send(message("one"))
        await sender.send(message("two"))
        assert len(door.binds) == 2


async def test_plain_smpp_is_for_a_network_of_ones_own_alone() -> None:
    async with smsc() as door, sending(door, private_network=False) as sender:
        with pytest.raises(NotSent):
            await sender.send(message())
        assert door.binds == []


async def test_a_throttling_smsc_gets_every_text_in_the_end_and_more_slowly(
    database: str, tmp_path: Path
) -> None:
    given = Settings(home=tmp_path / "home", database_url=SecretStr(database), sms="off")
    async with smsc() as door, sending(door) as sender:
        clock = SetClock(SystemClock().now())
        sender.clock = clock
        async with open_platform(given, clock=clock) as on:
            async with on.transaction() as db:
                for n in range(8):
                    await service.queue(
                        db, on.vault, clock, on.random, to="+84987654321", text=f"{n}",
                        expires_at=clock.now() + timedelta(minutes=10),
                    )  # fmt: skip
            door.statuses = [0x58] * 8
            courier = Courier(on.pool, on.vault, clock, sender)
            await courier.round()
            assert await courier.round() == 0  # all wait, and the breaker is open
            assert not courier.breaker.closed(clock.now())
            for _ in range(10):
                clock.advance(timedelta(seconds=20))
                await courier.round()
            async with on.pool.acquire() as db:
                assert await db.fetchval("SELECT count(*) FROM local.message") == 0
    assert len(door.got) == 16
    assert sorted(one.text for one in door.got[8:]) == [f"{n}" for n in range(8)]


async def test_over_tls_only_the_smsc_of_that_name_is_believed(tmp_path: Path) -> None:
    ca, context = _certificate(tmp_path, "127.0.0.1")
    other, _ = _certificate(tmp_path, "127.0.0.2")
    async with smsc(context) as door:
        async with sending(door, tls=True, ca_file=ca) as sender:
            await sender.send(message("one"))
        for wrong in (None, other):
            async with sending(door, tls=True, ca_file=wrong) as sender:
                with pytest.raises(NotSent):
                    await sender.send(message("two"))
    assert [one.text for one in door.got] == ["one"]


def test_each_setting_that_is_missing_is_named(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("geheim\n", "utf-8")
    whole = Settings(
        sms="smpp", sms_url="smpps://smsc.example:2775", sms_system_id="motma", sms_from="MOTMA",
        sms_secret_file=secret,
    )  # fmt: skip
    sender = sender_of(whole)
    assert isinstance(sender, Smpp)
    assert (sender.tls, sender.port, sender.password) == (True, 2775, "geheim")
    assert "geheim" not in repr(sender)
    for name, value in (
        ("sms_url", "https://smsc.example:2775"), ("sms_url", "smpp://smsc.example"),
        ("sms_system_id", ""), ("sms_from", ""), ("sms_secret_file", tmp_path / "none"),
    ):  # fmt: skip
        with pytest.raises(SenderUnset) as unset:
            sender_of(whole.model_copy(update={name: value}))
        assert unset.value.missing == f"MOTMA_{name.upper()}"


def _certificate(folder: Path, address: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate for an address, to be believed by the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, address)])
    now = SystemClock().now()
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )  # fmt: skip
    ca, both = folder / f"{address}.pem", folder / f"{address}-key.pem"
    ca.write_bytes(made.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    both.write_bytes(secret + made.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return ca, context
