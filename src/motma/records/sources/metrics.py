"""Health as Prometheus reads it; the numbers stand in the database: any process may tell."""

from collections.abc import Iterable, Sequence
from typing import Final

from motma.records.sources.model import Health

_GAUGES: Final = (
    ("motma_source_up", "1 while the last request to a source succeeded"),
    ("motma_source_last_success_seconds", "Unix time of the last success"),
    ("motma_source_delay_seconds", "what the source knows and we do not yet, in time"),
    ("motma_source_backlog", "items that the source says it still has"),
    ("motma_source_error_ratio", "failed requests of the last 24 hours"),
    ("motma_source_dead_letters", "dead letters that wait for somebody"),
)


def text(known: Iterable[Health]) -> str:
    """The gauges of every source, in the text format 0.0.4."""
    values = [(one, _values(one)) for one in known]
    lines: list[str] = []
    for place, (name, meaning) in enumerate(_GAUGES):
        lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]
        for one, numbers in values:
            number = numbers[place]
            if number is not None:
                lines.append(f'{name}{{source="{_quoted(one.source)}"}} {number}')
    return "\n".join(lines) + "\n"


def _values(one: Health) -> Sequence[float | None]:
    success = one.last_success_at
    return (
        float(one.failures == 0 and success is not None),
        None if success is None else round(success.timestamp()),
        one.delay_s,
        one.backlog,
        one.error_rate,
        one.letters,
    )


def _quoted(label: str) -> str:
    return label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
