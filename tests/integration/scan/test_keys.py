"""Rotating and retiring the key of the personal code, seen by a server that runs meanwhile."""

from tests.integration.scan.test_scan import printed
from tests.staging import Stage

from motma.keys.keyring import Keyring
from motma.scan.published import PublishedKeys


async def test_a_rotated_key_still_verifies_and_the_next_code_names_the_new_one(
    on_stage: Stage,
) -> None:
    person = await on_stage.person()
    old = await printed(on_stage, person.qid)
    guard = await on_stage.sign_in("guard@stage")
    ring = on_stage.platform.keyring
    before = ring.active("qr").kid

    Keyring.open(ring.directory).rotate("qr")  # as `motma keys rotate qr` does, elsewhere
    ring.refresh()
    new = await printed(on_stage, person.qid)

    seen = [(await guard.scan(text)).json() for text in (old, new)]
    assert [s["outcome"] for s in seen] == ["known", "known"]
    assert seen[0]["signature"]["kid"] == before != seen[1]["signature"]["kid"]


async def test_a_retired_key_is_believed_no_longer_after_one_look_at_the_ring(
    on_stage: Stage,
) -> None:
    person = await on_stage.person()
    text = await printed(on_stage, person.qid)
    ring = on_stage.platform.keyring
    kid = ring.active("qr").kid
    keys = PublishedKeys(ring, on_stage.platform.clock)
    assert keys.find(kid) is not None

    elsewhere = Keyring.open(ring.directory)
    elsewhere.rotate("qr")
    elsewhere.retire(kid)
    keys.refresh()

    assert keys.find(kid) is None
    guard = await on_stage.sign_in("guard@stage")
    scanned = (await guard.scan(text)).json()
    assert (scanned["outcome"], scanned["who"]) == ("unknown-key", None)
