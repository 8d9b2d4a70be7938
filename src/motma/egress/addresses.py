"""Which addresses may be asked: judged on the address itself, whatever the name was."""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from motma.egress.errors import AddressRefused

_PORTS: Final = {"http": 80, "https": 443}
#: Ways to write an IPv4 address as an IPv6 one. Source: RFC 6052 §2.1, RFC 3056.
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_6TO4: Final = ipaddress.ip_network("2002::/16")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def target_of(url: str, *, private_network: bool) -> tuple[str, str, int, str]:
    """(scheme, host, port, path with query) of an address that may be asked, or AddressRefused.

    Plain HTTP is for networks of one's own only.

    >>> target_of("https://source.example/changes?after=7", private_network=False)
    ('https', 'source.example', 443, '/changes?after=7')
    """
    if not url.isprintable():  # urlsplit would leave line breaks out
        raise AddressRefused
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
        host = (parts.hostname or "").encode("idna").decode()
    except (ValueError, KeyError) as error:  # UnicodeError is a ValueError
        raise AddressRefused from error
    plain = parts.scheme == "http" and not private_network
    if plain or not host or parts.username or parts.password or parts.fragment:
        raise AddressRefused
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii() or " " in path:
        raise AddressRefused
    return parts.scheme, host, port, path


def allowed(text: str, *, private_network: bool, plain: bool = False) -> bool:
    """Whether a resolved address may be connected to; `plain` is HTTP, which nobody else may read.

    Even with `private_network` no multicast, unspecified, reserved or link-local address is
    asked: behind 169.254.169.254 a cloud tells secrets to whoever asks.

    >>> allowed("192.0.2.1", private_network=False), allowed("1.1.1.1", private_network=False)
    (False, True)
    >>> [allowed("10.0.0.7", private_network=p) for p in (False, True)]
    [False, True]
    >>> allowed("::ffff:10.0.0.7", private_network=False)
    False
    >>> [allowed(a, private_network=True, plain=True) for a in ("10.0.0.7", "1.1.1.1")]
    [True, False]
    """
    address = _unwrapped(ipaddress.ip_address(text.partition("%")[0]))
    if address.is_multicast or address.is_unspecified or address.is_link_local:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.is_site_local:
        return False  # networks of before RFC 3879, which Python calls public
    if address.is_global and not address.is_reserved:
        return not plain
    inside = address.is_loopback or (address.is_private and not address.is_reserved)
    return private_network and inside


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one, where there is one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _6TO4:
        return ipaddress.IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    return address
