"""Addresses of webhooks: https, allowed hosts, public IP addresses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass

from hybridq.core.errors import ParameterError

LONGEST = 500
"""Characters of a webhook's URL."""

_LABEL = r"(?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = rf"(?:[a-z0-9]{_LABEL}\.)*[a-z]{_LABEL}"
_HOST = re.compile(rf"({_NAME})(?::([0-9]{{1,5}}))?")
# No user, no backslash, no fragment, nothing that two readers could take for different hosts.
URL_PATTERN = rf"^https://({_NAME})(?::([0-9]{{1,5}}))?(/[!$-;=?-\[\]_a-z~]*)?$"
"""Pattern of a webhook's URL."""

_URL = re.compile(URL_PATTERN)
_PORT = 443
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_CLOUDS = ipaddress.ip_address("168.63.129.16")  # Azure answers its machines here

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Target:
    """A parsed URL: host, port and path."""

    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The host as the header Host has it."""
        return self.host if self.port == _PORT else f"{self.host}:{self.port}"


class Targets:
    """Targets that an operator allows.

    Args:
        hosts: names, ``"host"`` for port 443 or ``"host:port"``; without any, no webhook is taken.

    Raises:
        ParameterError: one of them is not a name, such as an IP address.
    """

    def __init__(self, hosts: Collection[str] = ()) -> None:
        self._allowed = set()
        for text in hosts:
            match = _HOST.fullmatch(text)
            if match is None:
                raise ParameterError(
                    argument="webhook_host",
                    value=text,
                    expected="the name of a host in lower case, with a port if it is not 443",
                )
            self._allowed.add((match[1], int(match[2] or _PORT)))

    def __bool__(self) -> bool:
        return bool(self._allowed)

    def target(self, url: str) -> Target:
        """Return the parts of a URL that a webhook may have.

        Raises:
            ParameterError: it is not an https URL, or its host is not allowed.
        """
        match = _URL.fullmatch(url)
        if match is None or len(url) > LONGEST:
            raise ParameterError(
                argument="url",
                value=url[:LONGEST],
                expected=f"an https address of at most {LONGEST} characters, with a host's name",
            )
        found = Target(match[1], int(match[2] or _PORT), match[3] or "/")
        if (found.host, found.port) not in self._allowed:
            raise ParameterError(
                argument="url",
                value=url,
                expected="an address of a host that the operator allows",
                remedy="ask for 'hybridq serve --webhook-host'",
            )
        return found


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to the public internet.

    Private, loopback, link-local (metadata of clouds), multicast and reserved ones do not, nor do
    IPv6 addresses that hold an IPv4 address which does not.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if found.teredo is not None:
            inner = found.teredo[1]
        if inner is not None:
            return _is_public(inner)
    return _is_public(found)


def _is_public(address: Address) -> bool:
    never = address.is_multicast or address.is_reserved or address == _CLOUDS
    return address.is_global and not never
