"""The profile *display*: an app that shows the personal QR, judged by pictures of its screen."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Final

from motma.codec import issued
from motma.codec.issued import Signature
from motma.codec.living import strip_living
from motma.interop.conformance.evidence import Code, Evidence, Seen, Shot
from motma.interop.conformance.model import Check
from motma.kernel.errors import Malformed

#: Least side of the symbol on a screen, CSS pixels: 5 cm at 96 an inch, as on paper.
LEAST_SIDE: Final = 189
#: Least difference of luminance between light and dark. Source: ISO/IEC 15415 grade A is 0.7.
LEAST_CONTRAST: Final = 0.7
#: Most that sides may differ, and most tilt.
MOST_DISTORTION: Final = 0.03
MOST_TILT: Final = 2.0
#: What must be left of the error correction: a screen has no damage but what is laid over it.
LEAST_UNUSED: Final = 0.9
#: How dark the quiet zone may be, as a part of the way from light to dark.
QUIET: Final = 0.25
LEVELS: Final = ("M", "Q", "H")


def _shots(evidence: Evidence) -> Iterator[tuple[Shot, Seen]]:
    """Each shot with the code in it."""
    for one in evidence.looked:
        for code in (one.codes or ())[:1]:
            yield one.shot, code


def _wrong(
    holds: Callable[[Shot, Seen], bool],
) -> Callable[[Evidence], Iterator[str]]:
    """A check of each code by itself, naming the files in which it does not hold."""

    def run(evidence: Evidence) -> Iterator[str]:
        for shot, code in _shots(evidence):
            if not holds(shot, code):
                yield shot.file

    return run


def _unreadable(evidence: Evidence) -> Iterable[str]:
    return [one.shot.file for one in evidence.looked if one.codes is None]


def _without(evidence: Evidence) -> Iterable[str]:
    return [one.shot.file for one in evidence.looked if one.codes is not None and not one.codes]


def _several(evidence: Evidence) -> Iterable[str]:
    return [one.shot.file for one in evidence.looked if one.codes and len(one.codes) > 1]


def _uncovered(evidence: Evidence) -> Iterator[str]:
    """People of whom a mode is missing, or whom nobody expects."""
    there = {(one.shot.person, one.shot.mode) for one in evidence.looked}
    for name in evidence.people:
        yield from (f"{name} {mode}" for mode in ("masked", "full") if (name, mode) not in there)
    yield from sorted({name for name, _ in there if name not in evidence.people})


def _not_first(evidence: Evidence) -> Iterator[str]:
    """People of whom no first screen is there."""
    first = {one.shot.person for one in evidence.looked if one.shot.first}
    yield from (name for name in evidence.people if name not in first)


def _personal(_shot: Shot, code: Seen) -> bool:
    try:
        issued.parse(code.text)
    except Malformed:
        return False
    return True


def _others(evidence: Evidence) -> Iterator[str]:
    """Shots that show the code of somebody else; former codes are judged by another check."""
    for shot, code in _shots(evidence):
        person = evidence.people[shot.person]
        if _code(code).qid not in {one.qid for one in (person.code, *person.former)}:
            yield shot.file


def _changed(*, masked: bool) -> Callable[[Evidence], Iterator[str]]:
    """Shots of a form in which a letter is not as it was signed."""

    def run(evidence: Evidence) -> Iterator[str]:
        for shot, code in _shots(evidence):
            if issued.parse(code.text).is_masked is not masked:
                continue
            if issued.verify(code.text, evidence.keys.find) is not Signature.VALID:
                yield shot.file

    return run


def _first_full(evidence: Evidence) -> Iterator[str]:
    for shot, code in _shots(evidence):
        if shot.first and not issued.parse(code.text).is_masked:
            yield shot.file


def _mode_not_shown(evidence: Evidence) -> Iterator[str]:
    """Shots, after somebody chose a mode, that show the other one."""
    for shot, code in _shots(evidence):
        masked = issued.parse(code.text).is_masked
        if not shot.first and masked is not (shot.mode == "masked"):
            yield shot.file


def _former(evidence: Evidence) -> Iterator[str]:
    """Shots of a code that had ended for longer than the app has to follow."""
    for shot, code in _shots(evidence):
        person = evidence.people[shot.person]
        if person.changed_at is None or _code(code) == person.code:
            continue
        if shot.at > person.changed_at + timedelta(seconds=person.promised_s):
            yield shot.file


def _code(seen: Seen) -> Code:
    """Which code of a person it is."""
    issue = issued.parse(seen.text).issue
    return Code(qid=issue.qid, number=issue.number)


def _unfollowed(evidence: Evidence) -> Iterator[str]:
    """People whose new code no shot shows within the promised time."""
    for name, person in evidence.people.items():
        if person.changed_at is None:
            continue
        ends = person.changed_at + timedelta(seconds=person.promised_s)
        if not any(
            shot.person == name and shot.at <= ends and _code(code) == person.code
            for shot, code in _shots(evidence)
        ):
            yield name


def _even(_shot: Shot, code: Seen) -> bool:
    least, most = min(code.sides_px), max(code.sides_px)
    return (most - least) / most <= MOST_DISTORTION


def _quiet(_shot: Shot, code: Seen) -> bool:
    return code.quiet >= code.light - QUIET * (code.light - code.dark)


_READ: Final = ("display.decodes",)
_OWN: Final = ("display.own-person",)

CHECKS: Final[tuple[Check[Evidence], ...]] = (
    Check(code="display.pictures-whole", run=_unreadable),
    Check(code="display.people-covered", run=_uncovered),
    Check(code="display.first-screen-covered", run=_not_first),
    Check(code="display.decodes", needs=("display.pictures-whole",), run=_without),
    Check(code="display.one-code", needs=_READ, run=_several),
    Check(code="display.personal-code", needs=_READ, run=_wrong(_personal)),
    Check(code="display.own-person",
          needs=("display.people-covered", "display.personal-code"), run=_others),
    Check(code="display.masked-by-default",
          needs=("display.first-screen-covered", "display.own-person"), run=_first_full),
    Check(code="display.mode-shown", needs=_OWN, run=_mode_not_shown),
    Check(code="display.same-masked-string", needs=_OWN, run=_changed(masked=True)),
    Check(code="display.same-full-string", needs=_OWN, run=_changed(masked=False)),
    Check(code="display.living", needs=_OWN,
          run=_wrong(lambda _shot, code: strip_living(code.text) != code.text)),
    Check(code="display.former-gone", needs=_OWN, run=_former),
    Check(code="display.follows-in-time", needs=_OWN, run=_unfollowed),
    Check(code="display.size", needs=_READ,
          run=_wrong(lambda shot, code: min(code.sides_px) / shot.scale >= LEAST_SIDE)),
    Check(code="display.even-sides", needs=_READ, run=_wrong(_even)),
    Check(code="display.upright", needs=_READ,
          run=_wrong(lambda _shot, code: code.tilt_degrees <= MOST_TILT)),
    Check(code="display.dark-on-light", needs=_READ,
          run=_wrong(lambda _shot, code: not code.inverted)),
    Check(code="display.contrast", needs=_READ,
          run=_wrong(lambda _shot, code: code.light - code.dark >= LEAST_CONTRAST)),
    Check(code="display.quiet-zone", needs=("display.decodes", "display.dark-on-light"),
          run=_wrong(_quiet)),
    Check(code="display.nothing-over-it", needs=_READ,
          run=_wrong(lambda _shot, code: code.unused_correction >= LEAST_UNUSED)),
    Check(code="display.correction-level", needs=_READ,
          run=_wrong(lambda _shot, code: code.level in LEVELS)),
)  # fmt: skip
