"""Administrative units: a code means something only together with its day."""

import time
from datetime import date

from motma.kernel import units
from motma.kernel.units import World

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


def test_the_last_day_of_the_old_world_and_the_first_of_the_new_differ() -> None:
    old, new = units.find("00004", BEFORE), units.find("00004", AFTER)
    assert old is not None
    assert new is not None
    assert (old.district, new.district) == ("Quận Ba Đình", "")


def test_a_code_without_its_day_is_ambiguous_exactly_when_both_worlds_have_it() -> None:
    both = {c.code for c in units.communes(World.OLD)} & {c.code for c in units.communes(World.NEW)}
    assert len(both) > 3000
    assert all(units.finding(code, None) == units.AMBIGUOUS for code in both)
    assert units.find("00001", None) is not None


def test_unknown_and_not_valid_then_are_told_apart() -> None:
    assert units.finding("99999", AFTER) == units.UNKNOWN
    assert units.finding("00001", AFTER) == units.NOT_THEN
    assert units.finding("00001", BEFORE) is None


def test_every_old_commune_went_somewhere_and_some_were_split() -> None:
    ways = [units.successors(c.code) for c in units.communes(World.OLD)]
    assert all(ways)
    assert sum(len(way) > 1 for way in ways) > 400


def test_there_are_63_old_and_34_new_provinces() -> None:
    provinces = [{c.province_code for c in units.communes(world)} for world in World]
    assert [len(codes) for codes in provinces] == [63, 34]


def test_loading_takes_at_most_a_tenth_of_a_second() -> None:
    took = []
    for _ in range(3):
        units._units.cache_clear()
        started = time.process_time()
        units.candidates("00001")
        took.append(time.process_time() - started)
    assert min(took) <= 0.1
