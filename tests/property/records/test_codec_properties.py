"""What is written is read back; whatever comes in is read or Malformed."""

import contextlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.property.records.deliveries import CODES, NOW, deliveries

from motma.kernel.errors import Malformed
from motma.records import plain
from motma.records.fhir import elements, reading, writing
from motma.records.model import Delivery
from motma.records.reading import judge

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(deliveries())
def test_a_judged_delivery_is_judged_to_itself(delivery: Delivery) -> None:
    judged = judge(delivery, CODES, now=NOW)
    assert judge(judged, CODES, now=NOW) == judged


@given(deliveries())
def test_what_is_written_as_fhir_is_read_back(delivery: Delivery) -> None:
    judged = judge(delivery, CODES, now=NOW)
    [back] = reading.read(json.dumps(writing.write(judged, CODES)).encode())
    assert isinstance(back, Delivery), back
    assert judge(back, CODES, now=NOW) == judged


@given(st.lists(deliveries(), max_size=3))
def test_a_bundle_is_read_back_in_order(several: list[Delivery]) -> None:
    judged = [judge(one, CODES, now=NOW) for one in several]
    back = reading.read(json.dumps(writing.bundle(judged, CODES)).encode())
    assert [judge(one, CODES, now=NOW) for one in back if isinstance(one, Delivery)] == judged


@given(deliveries())
def test_what_is_written_as_json_is_read_back(delivery: Delivery) -> None:
    judged = judge(delivery, CODES, now=NOW)
    assert plain.read_line(msgspec.json.encode(judged)) == [judged]


@given(deliveries())
def test_what_is_written_as_csv_is_read_back(delivery: Delivery) -> None:
    judged = judge(delivery, CODES, now=NOW)
    header, cells = plain.COLUMNS, plain.cells_of(judged)
    read = plain.read_row(plain.locate(header), cells)
    assert isinstance(read, Delivery), read
    assert judge(read, CODES, now=NOW) == judged


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    for read in (reading.read, plain.read_line):
        with contextlib.suppress(Malformed):
            assert isinstance(read(data), list)


@given(deliveries(), st.data())
def test_a_damaged_resource_is_read_or_refused_with_a_path(
    delivery: Delivery, data: st.DataObject
) -> None:
    judged = judge(delivery, CODES, now=NOW)
    resource: dict[str, Any] = writing.write(judged, CODES)
    names = sorted(elements.ELEMENTS[resource["resourceType"]] - {"resourceType"})
    resource[data.draw(st.sampled_from(names))] = data.draw(json_values)
    [read] = reading.read_value(resource)
    if isinstance(read, Malformed):
        assert read.reason.startswith("fhir.")
        assert read.field
        assert read.field.startswith((resource["resourceType"], "Patient"))


@pytest.mark.parametrize("depth", [100_000])
def test_depth_is_no_way_in(depth: int) -> None:
    with pytest.raises(Malformed):
        reading.read(b"[" * depth)
