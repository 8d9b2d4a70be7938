"""`motma serve`: the web server, its workers and, for a phone, HTTPS on the local network."""

import ipaddress
import os
import shutil
import socket
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from motma.bootstrap import Settings, check_production
from motma.cli.running import decline
from motma.kernel.clock import SystemClock
from motma.kernel.errors import Declined
from motma.storage import server
from motma.web import source_reading, workers


def serve() -> None:
    """Serve the platform with the settings in the environment (MOTMA_…).

    With MOTMA_PRODUCTION=1 it refuses to start without real keys, naming each missing setting.
    """
    settings = Settings()
    try:
        if settings.production:
            check_production(settings)
    except Declined as declined:
        decline(declined)
    run_server(settings)


def run_server(settings: Settings, *, lan: bool = False) -> None:
    """Serve until Ctrl-C; then everything stops, the embedded database included."""
    tls = _certificate(settings.home / "run", lan_address()) if lan else None
    _count_together(settings.home / "run" / "metrics")
    embedded = not settings.database_url.get_secret_value()
    if embedded:
        server.ensure_running(settings.database_dir)
    try:
        workers.serve(
            workers.Site(
                host="0.0.0.0" if lan else settings.host,  # noqa: S104 - LAN=1 asks for it
                port=settings.port,
                workers=settings.workers,
                tls=tls,
                beside=source_reading.work if settings.sources else None,
            )
        )
    except Declined as declined:
        decline(declined)
    finally:
        if embedded:
            server.stop(settings.database_dir)


def _count_together(directory: Path) -> None:
    """Let the workers' counters be read as one: prometheus_client keeps them in this directory."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(directory)


def lan_address() -> str:
    """This machine's address on the local network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1, RFC 5737
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _certificate(directory: Path, address: str) -> Path:
    """A self-signed certificate for a day's trial: phones give the camera to HTTPS only."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "motma DEMO")])
    now = SystemClock().now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "lan.pem"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
    return path
