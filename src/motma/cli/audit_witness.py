"""`motma audit witness`: a demo witness process, which others than the operator should run."""

from pathlib import Path
from typing import Annotated, Final

import typer
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from motma.audit.errors import CosignRefused
from motma.audit.note import ED25519, read_verifier_key, signature_line
from motma.audit.witness import LocalWitness, read_request
from motma.cli.running import decline
from motma.kernel.clock import SystemClock
from motma.kernel.errors import Declined, Malformed
from motma.kernel.ids import system_random

EXAMPLES: Final = """Examples:

  motma audit witness witness-home --name witness.example/w1 --log "$(motma audit vkey)"
"""

#: A checkpoint with a proof of 63 hashes is far smaller.
_LONGEST_BODY: Final = 64 * 1024

#: Answers of c2sp.org/tlog-witness.
_STATUS: Final = {"unknown-key": 403, "other-size": 409, "inconsistent": 422}


def witness(
    directory: Annotated[Path, typer.Argument(help="Where its key and memory are.")],
    name: Annotated[str, typer.Option(help="Its name in cosignatures.")],
    log: Annotated[list[str], typer.Option(metavar="VKEY", help="A log that it watches.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8100,
) -> None:
    """Watch logs: cosign a checkpoint only if it continues the last one that was cosigned."""
    try:
        logs: dict[str, list[bytes]] = {}
        for origin, kind, public in map(read_verifier_key, log):
            if kind == ED25519:
                logs.setdefault(origin, []).append(public)
    except Declined as declined:
        decline(declined)
    local = LocalWitness.create(
        directory, name=name, logs=logs, clock=SystemClock(), random=system_random
    )
    typer.echo(local.verifier_key())
    uvicorn.run(application(local), host=host, port=port, log_level="warning", access_log=False)


def application(local: LocalWitness) -> Starlette:
    """`POST /add-checkpoint` over a witness."""

    async def add_checkpoint(request: Request) -> Response:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > _LONGEST_BODY:
                return PlainTextResponse("audit.request-malformed\n", 413)
        try:
            note, old_size, proof = read_request(bytes(body))
            line = await local.cosign(note, old_size=old_size, proof=proof)
        except Malformed as malformed:
            return PlainTextResponse(f"{malformed.reason}\n", 400)
        except CosignRefused as refused:
            if refused.why == "other-size":
                return PlainTextResponse(f"{refused.size}\n", 409, media_type="text/x.tlog.size")
            return PlainTextResponse(f"audit.{refused.why}\n", _STATUS[refused.why])
        return PlainTextResponse(signature_line(line))

    return Starlette(routes=[Route("/add-checkpoint", add_checkpoint, methods=["POST"])])
