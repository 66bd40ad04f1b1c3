"""Calls go out to public addresses only, except to hosts the settings name."""

import ipaddress
import socket
from typing import Any

import pytest

from omnistore import outgoing
from omnistore.outbox.answers import Verdict
from tests.crm.test_webhook import post
from tests.factories import NOON
from tests.receiver import listening


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1"),
        *(
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fec0::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
        ),
        *("64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1"),
    ],
)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not outgoing.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_public_addresses_are(address: str) -> None:
    assert outgoing.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
        "https://2130706433/",
        "https://0x7f.1/",
        "http://93.184.216.34/",
        "ftp://93.184.216.34/",
        "file:///etc/passwd",
        "https://",
        "nonsense",
    ],
)
def test_pauses_a_connection_whose_address_is_not_public(settings: Any, url: str) -> None:
    settings.OMNISTORE_OUTGOING_ALLOWED = []

    answer = post(url, NOON)

    assert answer.verdict is Verdict.PAUSE
    assert answer.words.startswith("omnistore: ")


def test_reaches_a_private_host_that_the_settings_name(settings: Any) -> None:
    settings.OMNISTORE_OUTGOING_ALLOWED = ["127.0.0.1"]
    with listening() as crm:
        answer = post(crm.url, NOON)

    assert answer.verdict is Verdict.DONE


def test_connects_to_the_address_it_checked(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public when asked first and private when asked again gains nothing."""
    settings.OMNISTORE_OUTGOING_ALLOWED = []
    asked: list[str] = []
    connected: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        connected.append(address[0])
        raise OSError("far away")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)

    answer = post("https://rebinding.example/", NOON)

    assert answer.verdict is Verdict.LATER
    assert (asked, connected) == (["rebinding.example"], ["93.184.216.34"])


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OMNISTORE_OUTGOING_ALLOWED = []
    found = [(2, 1, 6, "", (address, 443)) for address in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    assert post("https://mixed.example/", NOON).verdict is Verdict.PAUSE
