"""`motma rules`: CertLogic evaluated line by line."""

import sys
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Final

import msgspec
import typer

from motma.codec import screening
from motma.kernel.errors import Malformed
from motma.rules.certlogic.program import Program, compile_expression

app = typer.Typer(no_args_is_help=True, help="Rules and rule books.")

#: Expressions and value sets that are kept ready; a file of rules has some hundreds.
_KEPT: Final = 2_000
#: A longer line is no expression with its data.
_LONGEST: Final = 16 * 2**20
#: Bytes of answers that are written at once.
_AT_ONCE: Final = 256 * 1024

#: A field that a line has not; a field that is null is taken for it.
_ABSENT: Final = b"null"

_EVAL_EXAMPLES: Final = """Examples:

  echo '{"logic": {"+": [{"var": "a"}, 2]}, "data": {"a": 40}}' | motma rules eval

  motma rules eval lines.jsonl | jq -c 'select(.problem)'
"""


class Line(msgspec.Struct):
    """One line: an expression, the data it is asked of, and what goes under `external`."""

    logic: msgspec.Raw
    data: Any = None
    clock: str | None = None
    value_sets: msgspec.Raw = msgspec.Raw(_ABSENT)


@app.callback()
def rules() -> None:
    """Rules and rule books."""


@app.command("eval", epilog=_EVAL_EXAMPLES)
def evaluate(
    files: Annotated[
        list[typer.FileBinaryRead] | None,
        typer.Argument(metavar="[FILE]...", help="One JSON object a line; without any, stdin."),
    ] = None,
) -> None:
    """Evaluate CertLogic: {"logic", "data", "clock"?, "value_sets"?} a line, in any number.

    Each line gives one line: {"result": ...} or {"problem": code}; a line that is no such object
    is rules.line-not-readable, one beyond 16 MiB rules.line-too-long. `clock` is put under
    external.validationClock of the data, `value_sets` under external.valueSets.
    """
    sources: Iterable[Iterable[bytes]] = files or [sys.stdin.buffer]
    evaluator = Evaluator()
    _write(evaluator.answer(line) for source in sources for line in source)


class Evaluator:
    """Answers lines; expressions and value sets that come again are not read again."""

    __slots__ = ("_decode", "_encode", "_programs", "_value_sets")

    def __init__(self) -> None:
        self._decode = msgspec.json.Decoder(Line).decode
        self._encode = msgspec.json.Encoder().encode
        self._programs: dict[bytes, Program | str] = {}
        self._value_sets: dict[bytes, object] = {}

    def answer(self, line: bytes) -> bytes:
        """The line that answers a line."""
        if len(line) > _LONGEST:
            return self._encode({"problem": "rules.line-too-long"})
        try:
            asked = self._decode(line)
            result = self._program(bytes(asked.logic)).evaluate(self._data(asked))
            return self._encode({"result": result})
        except Malformed as why:
            return self._encode({"problem": why.reason})
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return self._encode({"problem": "rules.line-not-readable"})

    def _program(self, logic: bytes) -> Program:
        known = self._programs.get(logic)
        if known is None:
            try:
                known = compile_expression(msgspec.json.decode(logic))
            except Malformed as why:
                known = why.reason
            _keep(self._programs, logic, known)
        if isinstance(known, str):
            raise Malformed(known)
        return known

    def _data(self, asked: Line) -> object:
        """The data, with clock and value sets where rules look for them."""
        value_sets = bytes(asked.value_sets)
        if asked.clock is None and value_sets == _ABSENT:
            return asked.data
        data = {} if asked.data is None else asked.data
        external = data.get("external") if isinstance(data, dict) else False
        external = {} if external is None else external
        if not isinstance(external, dict):
            raise Malformed("rules.data-not-an-object")
        if asked.clock is not None:
            external["validationClock"] = asked.clock
        if value_sets != _ABSENT:
            external["valueSets"] = self._sets(value_sets)
        data["external"] = external
        return data

    def _sets(self, raw: bytes) -> object:
        if raw not in self._value_sets:
            _keep(self._value_sets, raw, msgspec.json.decode(raw))
        return self._value_sets[raw]


def _keep(kept: dict[bytes, Any], key: bytes, value: object) -> None:
    """Remember one more, within the bound."""
    if len(kept) >= _KEPT:
        kept.clear()
    kept[key] = value


def _write(answers: Iterator[bytes]) -> None:
    """Answers as lines, in large pieces; nothing hidden reaches a terminal."""
    out = sys.stdout.buffer
    piece = bytearray()
    for answer in answers:
        shown = answer if answer.isascii() else screening.show_hidden(answer.decode()).encode()
        piece += shown + b"\n"
        if len(piece) > _AT_ONCE:
            out.write(piece)
            piece.clear()
    out.write(piece)
    out.flush()
