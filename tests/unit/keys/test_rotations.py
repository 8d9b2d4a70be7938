"""Staged, rotated, retired, reopened: one active key, nothing lost but what was retired."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from motma.kernel.clock import SetClock
from motma.keys.errors import SealBroken
from motma.keys.keyring import Keyring
from motma.keys.model import Purpose, State
from motma.keys.vault import Vault

purposes = st.sampled_from([Purpose.KEK, Purpose.DATA, Purpose.LOG])
ROW = UUID(int=1)


class Rotations(RuleBasedStateMachine):
    """A ring, and what was sealed and signed with it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock, self.chance = SetClock(datetime(2022, 1, 5, tzinfo=UTC)), Random(1).randbytes
        directory = Path(self.folder.name) / "keys"
        self.ring = Keyring.create(directory, clock=self.clock, random=self.chance, demo=True)
        self.vault = Vault(self.ring)
        self.sealed: list[tuple[str, bytes]] = []
        self.signed: list[tuple[str, bytes]] = []
        self.gone: set[str] = set()

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.folder.cleanup()

    @rule(purpose=purposes)
    def stage(self, purpose: Purpose) -> None:
        """A key that is not used yet changes nothing."""
        active = self.ring.active(purpose).kid
        self.ring.stage(purpose)
        assert self.ring.active(purpose).kid == active

    @rule(purpose=purposes)
    def rotate(self, purpose: Purpose) -> None:
        """The next key is another one."""
        active = self.ring.active(purpose).kid
        self.clock.advance(timedelta(days=1))
        assert self.ring.rotate(purpose) != active

    @rule(purpose=purposes)
    def retire(self, purpose: Purpose) -> None:
        """The oldest key that only verifies goes."""
        old = [key.kid for key in self.ring.listed() if key.purpose is purpose]
        for kid in old:
            if kid not in self.gone and kid != self.ring.active(purpose).kid:
                self.ring.retire(kid)
                self.gone.add(kid)
                return

    @rule()
    def reopen(self) -> None:
        """As another process does."""
        self.ring = Keyring.open(self.ring.directory, clock=self.clock, random=self.chance)
        self.vault = Vault(self.ring)

    @rule()
    def use(self) -> None:
        """Seal and sign with the keys of now."""
        self.vault.refresh()
        self.sealed.append((self.ring.active("data").kid, self.vault.seal("c", ROW, b"x")))
        self.signed.append(self.ring.sign("log", b"text"))

    @invariant()
    def one_key_is_active(self) -> None:
        """For each purpose; and no id was given twice."""
        keys = self.ring.listed()
        active = [key.purpose for key in keys if key.state is State.ACTIVE]
        assert sorted(active) == sorted(Purpose)
        assert len({key.kid for key in keys}) == len(keys)

    @invariant()
    def nothing_is_lost_but_by_retiring(self) -> None:
        """What a key that is not retired sealed and signed still counts."""
        self.vault.refresh()
        for kid, sealed in self.sealed:
            try:
                opened = self.vault.open("c", ROW, sealed)
            except SealBroken:
                assert kid in self.gone
            else:
                assert opened == b"x"
                assert kid not in self.gone
        for kid, signature in self.signed:
            assert self.ring.verify("log", kid, b"text", signature) == (kid not in self.gone)


TestRotations = Rotations.TestCase
TestRotations.settings = settings(max_examples=20, stateful_step_count=12, deadline=None)
