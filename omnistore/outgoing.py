"""
Outgoing calls: to public addresses only, never longer than `WHOLE_CALL`, never redirected.

The address is checked at the moment of connecting and the checked address is the one connected
to, so a name that changes its mind between check and use (DNS rebinding) gains nothing. httpcore,
the engine of httpx, is used directly because its network backend is where that can be done.

Connections are kept open for a few seconds, for the next message to the same receiver; one that
was kept was checked when it was made.
"""

import ipaddress
import json
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore
import httpx
from django.conf import settings

# Seconds.
CONNECT = 2.0
WHOLE_CALL = 10.0
KEPT_OPEN = 5.0
# Bytes of the answer that are read.
MOST_READ = 4096
# Addresses in which an IPv4 one is wrapped (NAT64).
NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Forbidden(Exception):
    """The address is not public, or not spoken to safely; nothing was sent."""


class Away(Exception):
    """Nothing, or nothing whole, came back in time."""


@dataclass(frozen=True)
class Reply:
    """What came back: header names in small letters, the beginning of the body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def words(self) -> str:
        """The body's beginning as a person reads it: one line, 4096 characters at most."""
        text = self.body[:MOST_READ].decode(errors="replace").replace("\0", "")
        return " ".join(text.split())

    def json(self) -> Any:
        """Return the body read as JSON, an empty object when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return {}


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Reply:
    """Post the body once, as `request` does."""
    return request("POST", url, body=body, headers=headers)


def request(
    method: str,
    url: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str],
    most_read: int = MOST_READ,
    seconds: float | None = None,
) -> Reply:
    """
    Send the request once and return what came back, redirects included.

    `seconds` is how long the whole of it may take, `WHOLE_CALL` when not said.

    Raises:
        Forbidden: the address is not public and not in `OMNISTORE_OUTGOING_ALLOWED`, or the way
            to it is not encrypted.
        Away: no connection within `CONNECT`, or no whole answer in time.
    """
    target = _checked_url(url)
    _within.deadline = time.monotonic() + (WHOLE_CALL if seconds is None else seconds)
    try:
        return _exchange(method, target, body, headers, most_read)
    except httpcore.RemoteProtocolError as error:
        if "without sending" not in str(error):
            raise Away(type(error).__name__) from error
    except _AWAY as error:
        raise Away(type(error).__name__) from error
    # It had closed a connection that was kept open: nothing was lost but that.
    try:
        return _exchange(method, target, body, headers, most_read)
    except _AWAY as error:
        raise Away(type(error).__name__) from error


_AWAY = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ConnectionNotAvailable,
)
# Until when the request of this thread may last.
_within = threading.local()


def _exchange(
    method: str, target: httpcore.URL, body: bytes, headers: Mapping[str, str], most_read: int
) -> Reply:
    sent = list(headers.items())
    with _pool().stream(method, target, headers=sent, content=body) as response:
        read = b""
        for chunk in response.iter_stream():
            read += chunk
            if len(read) >= most_read:
                break
    names = {name.decode("latin-1").lower(): value for name, value in response.headers}
    given = {name: value.decode("latin-1") for name, value in names.items()}
    return Reply(response.status, given, read[:most_read])


@cache
def _pool() -> httpcore.ConnectionPool:
    return httpcore.ConnectionPool(
        _tls(),
        max_connections=200,
        max_keepalive_connections=64,
        keepalive_expiry=KEPT_OPEN,
        network_backend=_CheckedBackend(),
    )


def close() -> None:
    """Close what is kept open."""
    _pool().close()
    _pool.cache_clear()


# Open connections are their process's own.
os.register_at_fork(after_in_child=_pool.cache_clear)


def _checked_url(url: str) -> httpcore.URL:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Forbidden("not an address") from error
    is_safe = parsed.scheme == "https" or (parsed.scheme == "http" and is_allowed(parsed.host))
    if not is_safe or not parsed.host:
        raise Forbidden("only https goes out")
    return httpcore.URL(
        scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path
    )


def is_allowed(host: str) -> bool:
    """Whether the settings allow this host wherever it is."""
    return host.lower() in settings.OMNISTORE_OUTGOING_ALLOWED


def is_public(address: Address) -> bool:
    """Whether the address, and one wrapped in it, belongs to the public internet."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo or (None,))[0]
        if address in NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped:
            return is_public(wrapped)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError("no such host") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not is_allowed(host):
        for address in addresses:
            if not is_public(ipaddress.ip_address(address.partition("%")[0])):
                raise Forbidden("the address is not public")
    return addresses


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self) -> None:
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        error: Exception = httpcore.ConnectError("no address")
        for address in _addresses(host, port):
            seconds = min(CONNECT, left_until(_within.deadline))
            try:
                stream = self._network.connect_tcp(
                    address, port, timeout=seconds, socket_options=[NO_DELAY]
                )
                return _Stream(stream)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
                error = failure
        raise error


NO_DELAY = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class _Stream(httpcore.NetworkStream):
    """A stream whose every wait ends with the request's time, however slowly bytes drip in."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, left_until(_within.deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, left_until(_within.deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        wait = left_until(_within.deadline)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, wait))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def left_until(deadline: float) -> float:
    """Return the seconds left; raises `httpcore.ReadTimeout` when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left


@cache
def _tls() -> ssl.SSLContext:
    # Reading the certificate authorities takes longer than most calls: once per process.
    return httpcore.default_ssl_context()
