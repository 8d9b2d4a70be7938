"""Which addresses the platform asks, and which never."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motma.egress.addresses import allowed, target_of
from motma.egress.errors import AddressRefused

#: Inside networks, or of no single machine, however they are written.
INSIDE = [
    "127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "100.64.0.1", "::1", "fd00::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:a00:1::",
]  # fmt: skip
NEVER = [
    "169.254.169.254", "fe80::1", "0.0.0.0", "::", "224.0.0.1", "ff02::1",  # noqa: S104
    "255.255.255.255", "fec0::1", "feff::1",
    "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
]  # fmt: skip


@pytest.mark.parametrize("address", [*INSIDE, *NEVER])
def test_an_address_inside_a_network_is_refused(address: str) -> None:
    assert not allowed(address, private_network=False)


@pytest.mark.parametrize("address", NEVER)
def test_some_are_refused_even_in_a_network_of_our_own(address: str) -> None:
    assert not allowed(address, private_network=True)


def test_a_public_address_is_allowed_and_a_private_one_where_it_was_set() -> None:
    assert allowed("1.1.1.1", private_network=False)
    assert allowed("2606:4700::1111", private_network=False)
    assert allowed("127.0.0.1", private_network=True)
    assert allowed("10.1.2.3", private_network=True)


def test_plain_http_is_for_addresses_of_our_own_networks() -> None:
    for address in ("1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"):
        assert not allowed(address, private_network=True, plain=True)
    assert allowed("10.1.2.3", private_network=True, plain=True)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_however_it_is_written(
    address: ipaddress.IPv4Address,
) -> None:
    mapped = str(ipaddress.IPv6Address(int(address) | 0xFFFF << 32))
    for private in (False, True):
        assert allowed(mapped, private_network=private) == allowed(
            str(address), private_network=private
        )


@pytest.mark.parametrize(
    "url",
    [
        "http://source.example/", "ftp://source.example/", "file:///etc/passwd", "https:///x",
        "https://user:secret@source.example/", "https://source.example/#x", "https://[::1",
        "https://source.example:99999/", "https://source.example/a b", "https://source.example/\n",
        "//source.example/", "",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        target_of(url, private_network=False)


@given(st.text())
def test_any_text_is_an_address_or_refused(url: str) -> None:
    try:
        scheme, host, port, path = target_of(url, private_network=True)
    except AddressRefused:
        return
    assert scheme in {"http", "https"}
    assert host
    assert 0 <= port < 65536
    assert path.startswith("/")
