"""An account ended, and a read proved from what the answer alone says."""

import asyncio
import base64
from uuid import UUID

import msgspec
from tests.staging import Stage

from motma.audit import tree
from motma.audit.model import Event, commit, moment_of


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


async def test_a_deleted_account_ends_every_device_and_a_new_code_brings_it_back(
    on: Stage,
) -> None:
    person = await on.person(phones=())
    one, two = [await on.wallet(person.person_id) for _ in range(2)]
    done = (await one.post("/v1/me/account:delete", None)).json()
    assert done["devices_ended"] == 2
    assert "en" in done["kept"]
    for wallet in (one, two):
        assert (await wallet.send("GET", "/v1/me/code")).json()["code"] == "access.device-lost"
    back = await on.wallet(person.person_id)
    assert person.qid in (await back.send("GET", "/v1/me/code")).json()["signed"]


async def test_a_read_is_proved_by_the_answer_alone_and_only_to_whom_it_concerns(
    on: Stage,
) -> None:
    person, other = await on.person(phones=()), await on.person(number="001190000099", phones=())
    wallet, stranger = await on.wallet(person.person_id), await on.wallet(other.person_id)
    guard = await on.sign_in("guard@stage")
    scanned = (await guard.scan((await wallet.send("GET", "/v1/me/code")).json()["text"])).json()
    path = f"/v1/me/reads/{scanned['scan_id']}/proof"
    for _ in range(200):
        answer = await wallet.send("GET", path)
        if answer.status_code == 200:
            break
        await asyncio.sleep(0.05)
    proof = answer.json()
    row = proof["row"]
    event = Event(
        device_id=UUID(row["device_id"]), event_id=UUID(row["event_id"]), kind=row["kind"],
        at=moment_of(row["at_us"]), known_at=moment_of(row["known_at_us"]),
        person_tag=raw(row["person_tag"]), outcome=row["outcome"],
        body_hash=raw(row["body_hash"]), sealed=raw(row["sealed"]), salt=raw(proof["salt"]),
        commitment=b"",
    )  # fmt: skip
    root = base64.b64decode(proof["checkpoint"].splitlines()[2])
    siblings = [raw(each) for each in proof["path"]]
    for changed in (event, msgspec.structs.replace(event, outcome="forged")):
        leaf = tree.leaf_hash(commit(changed))
        holds = tree.includes(
            leaf=leaf, index=proof["index"], size=proof["size"], proof=siblings, root=root
        )
        assert holds == (changed is event)
    assert (await stranger.send("GET", path)).status_code == 404
