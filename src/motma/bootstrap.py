"""Settings → database, keys, clock: the only place where they are made."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from motma.access.limits import Counters
from motma.access.means import Means
from motma.audit.note import read_verifier_key
from motma.cards.snapshot.model import Ages, Terms
from motma.identity import mirror
from motma.kernel.clock import Clock, SystemClock, civil_day
from motma.kernel.errors import Declined, Kind, Malformed
from motma.kernel.ids import Random, system_random
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault
from motma.messages import choosing, senders
from motma.messages.senders import Sender
from motma.scan import offline_texts
from motma.storage import server
from motma.storage.migrate import migrate
from motma.storage.partitions import ensure_days
from motma.storage.pool import Connection, Pool, open_pool

#: Day partitions kept ready around today.
DAYS_BEHIND: Final = 2
DAYS_AHEAD: Final = 7


class Settings(BaseSettings):
    """Everything that can be set, by environment variables `MOTMA_…`; read once."""

    model_config = SettingsConfigDict(env_prefix="MOTMA_", frozen=True, extra="ignore")

    #: Where keys, mirror and the embedded database live.
    home: Path = Path(".motma")
    #: A PostgreSQL of your own; empty = the embedded one below `home`.
    database_url: SecretStr = SecretStr("")
    #: Production refuses demo keys and settings that are only safe on one machine.
    production: bool = False
    #: Address to listen on.
    host: str = "127.0.0.1"
    #: Port to listen on.
    port: int = 8000
    #: Worker processes of the web server.
    workers: int = 2
    #: Whether the web server reads the national sources beside its work; `off` for whoever runs
    #: `motma sources run` apart.
    sources: bool = True
    #: Name of the log's origin in checkpoints.
    log_origin: str = "motma.invalid/log"
    #: Where people reach the platform, e.g. https://qr.example.vn; named in what we print.
    public_url: str = ""

    #: Age of a gate's snapshot, in hours, at which it warns.
    snapshot_warn_hours: int = Field(default=24, ge=1)
    #: Age of a gate's snapshot, in hours, beyond which it decides nothing.
    snapshot_refuse_hours: int = Field(default=14 * 24, ge=1)

    #: Witnesses that co-sign the log's checkpoints, host:port, comma between them.
    witnesses: str = ""
    #: Their public keys in C2SP form, comma between them: published beside the log's own.
    witness_keys: str = ""

    #: How one-time codes reach a phone: console, file (below `home`), http, smpp or off. Empty =
    #: console for a trial, off in production: then nobody signs in by phone.
    sms: Literal["", "console", "file", "http", "smpp", "off"] = ""
    #: Who sends messages: the JSON gateway for `sms=http`; smpps://host:port, or smpp:// within a
    #: network of one's own, for `sms=smpp`.
    sms_url: str = ""
    #: Who we are to the SMSC, for `sms=smpp`.
    sms_system_id: str = ""
    #: The number or name that messages come from, for `sms=smpp`.
    sms_from: str = ""
    #: Certificates to believe the SMSC by, for `sms=smpp` over TLS; empty = the machine's.
    sms_ca_file: Path | None = None
    #: The JSON it takes; {to}, {text} and {id} in its texts give way to the message's.
    sms_template: str = '{"to": "{to}", "text": "{text}", "id": "{id}"}'
    #: A file with the secret of that gateway, sent as `Authorization: Bearer …` or as the password
    #: of SMPP; empty = none.
    sms_secret_file: Path | None = None
    #: Whether that gateway may stand in a network of one's own.
    sms_private_network: bool = False

    @field_validator("witness_keys")
    @classmethod
    def _keys_of_witnesses(cls, text: str) -> str:
        """Refuse what is no vkey: it would be published as one."""
        for one in filter(None, (part.strip() for part in text.split(","))):
            try:
                read_verifier_key(one)
            except Malformed as malformed:
                raise ValueError(malformed.reason) from None
        return text

    @property
    def sms_chosen(self) -> str:
        """Who sends messages, said or by default."""
        return self.sms or ("off" if self.production else "console")

    @property
    def witness_list(self) -> list[tuple[str, int]]:
        """The witnesses as (host, port)."""
        parts = (one.strip().rpartition(":") for one in self.witnesses.split(",") if one.strip())
        return [(host, int(port)) for host, _, port in parts]

    @property
    def witness_key_list(self) -> list[str]:
        """The witnesses' public keys, each a vkey."""
        return [one.strip() for one in self.witness_keys.split(",") if one.strip()]

    @property
    def keys_dir(self) -> Path:
        """The key ring; never inside the database or a backup."""
        return self.home / "keys"

    @property
    def mirror_path(self) -> Path:
        """What ended, outside the database."""
        return self.home / "mirror" / "revocations.jsonl"

    @property
    def database_dir(self) -> Path:
        """The embedded database."""
        return self.home / "postgres"


@dataclass
class NotReady(Declined):
    """The platform may not start; `missing` says what to set, one line each."""

    code = "platform.not-ready"
    kind = Kind.UNAVAILABLE
    missing: list[str]


@dataclass(frozen=True, slots=True)
class Platform:
    """What the outer layers work with."""

    settings: Settings
    pool: Pool
    means: Means
    counters: Counters
    dsn: str

    @property
    def keyring(self) -> Keyring:
        """The keys."""
        return self.means.keyring

    @property
    def vault(self) -> Vault:
        """Sealed columns and blind indexes."""
        return self.means.vault

    @property
    def clock(self) -> Clock:
        """The time."""
        return self.means.clock

    @property
    def random(self) -> Random:
        """Chance."""
        return self.means.random

    @property
    def snapshot_terms(self) -> Terms:
        """What every snapshot says: the ages that are set here, and the words that guards read."""
        warn_h, refuse_h = self.settings.snapshot_warn_hours, self.settings.snapshot_refuse_hours
        return Terms(ages=Ages(warn_h=warn_h, refuse_h=refuse_h), texts=offline_texts.published())

    @property
    def demo(self) -> bool:
        """Whether the keys are demo keys: every page says so."""
        return self.keyring.demo

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """One transaction at the rim; committed when the block ends well."""
        async with self.pool.acquire() as db, db.transaction():
            yield db

    async def carry_endings(self) -> None:
        """Carry what ended to the mirror; called before success is told."""
        async with self.pool.acquire() as db:
            await mirror.carry(db, self.clock, self.settings.mirror_path)

    async def revive_database(self) -> None:
        """Start the embedded server again if it crashed; a database of one's own is left alone."""
        if not self.settings.database_url.get_secret_value():
            await asyncio.to_thread(server.revive, self.settings.database_dir)


def check_production(settings: Settings) -> None:
    """Raise NotReady with every reason why production may not start."""
    missing = []
    if not settings.database_url.get_secret_value():
        missing.append("MOTMA_DATABASE_URL: a PostgreSQL of your own (postgresql://…)")
    if not settings.public_url.startswith("https://"):
        missing.append("MOTMA_PUBLIC_URL: where people reach the platform (https://…)")
    if settings.log_origin.endswith(".invalid/log"):
        missing.append("MOTMA_LOG_ORIGIN: the name of your log in checkpoints")
    if not (settings.keys_dir / "ring.json").exists():
        missing.append(f"keys in {settings.keys_dir}: make them with `motma keys create`")
    else:
        ring = Keyring.open(settings.keys_dir)
        missing += [f"keys: {problem}" for problem in ring.problems(production=True)]
    if settings.sms_chosen in {"console", "file"}:
        missing.append("MOTMA_SMS: http or off; console and file are for a trial")
    if missing:
        raise NotReady(missing)


def sender_of(settings: Settings) -> Sender | None:
    """Who takes messages to phones; None when nobody does."""
    match settings.sms_chosen:
        case "console":
            return senders.Console()
        case "file":
            return senders.File(settings.home / "run" / "sms.jsonl")
        case "http":
            return choosing.gateway(
                url=settings.sms_url,
                template=settings.sms_template,
                secret_file=settings.sms_secret_file,
                private_network=settings.sms_private_network,
            )
        case "smpp":
            return choosing.smsc(
                url=settings.sms_url,
                system_id=settings.sms_system_id,
                sender=settings.sms_from,
                secret_file=settings.sms_secret_file,
                ca_file=settings.sms_ca_file,
                private_network=settings.sms_private_network,
                clock=SystemClock(),
            )
        case _:
            return None


@asynccontextmanager
async def open_platform(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    random: Random = system_random,
    pool_size: int = 10,
) -> AsyncIterator[Platform]:
    """The platform, ready to work: keys, a migrated database, a pool; all let go at the end.

    Without production settings, demo keys and an embedded database are made when missing.
    """
    chosen = settings or Settings()
    time = clock or SystemClock()
    if chosen.production:
        check_production(chosen)
    keyring = await asyncio.to_thread(_open_keys, chosen, time, random)
    dsn = await asyncio.to_thread(_open_database, chosen)
    pool = await open_pool(dsn, largest=pool_size)
    try:
        means = Means(time, random, keyring, Vault(keyring, random=random))
        counters = Counters(chosen.home / "run" / "counters")
        platform = Platform(chosen, pool, means, counters, dsn)
        async with pool.acquire() as db:
            today = civil_day(time.now())
            ahead = today + timedelta(days=DAYS_AHEAD)
            await ensure_days(db, today - timedelta(days=DAYS_BEHIND), ahead)
        yield platform
    finally:
        await pool.close()
        if not chosen.database_url.get_secret_value():
            await asyncio.to_thread(server.stop, chosen.database_dir)


def _open_keys(settings: Settings, clock: Clock, random: Random) -> Keyring:
    if (settings.keys_dir / "ring.json").exists():
        ring = Keyring.open(settings.keys_dir)
        if ring.demo:  # a demo of an earlier release; real keys are made by people
            ring.complete()
        return ring
    return Keyring.create(settings.keys_dir, clock=clock, random=random, demo=True)


def _open_database(settings: Settings) -> str:
    dsn = settings.database_url.get_secret_value()
    if not dsn:
        dsn = server.ensure_running(settings.database_dir).dsn
    migrate(dsn)
    return dsn
