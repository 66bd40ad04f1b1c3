"""Under which names and addresses other machines of the same network find this one."""

import socket
import struct
import sys
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network

# What is nobody's in particular (RFC 1918, 3927); the tests stay on the machine itself.
PRIVATE = tuple(
    IPv4Network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")
)
LOOPBACK = IPv4Network("127.0.0.0/8")
# Asks the kernel for the address of an interface; the same structure on both systems.
SIOCGIFADDR = 0xC0206921 if sys.platform == "darwin" else 0x8915
# TEST-NET-1: no packet is sent, the kernel only says which way it would take.
ELSEWHERE = ("192.0.2.1", 9)


def own() -> list[IPv4Address]:
    """Return the machine's private addresses, the one towards the network's way out first."""
    found = [*_towards_elsewhere(), *_of_interfaces()]
    private = [address for address in found if any(address in network for network in PRIVATE)]
    return list(dict.fromkeys(private))


def names() -> list[str]:
    """Return the names that mean this machine: the one it gives itself in the network, and here."""
    return [f"{socket.gethostname().partition('.')[0].lower()}.local", "localhost"]


def _towards_elsewhere() -> list[IPv4Address]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ELSEWHERE)
        except OSError:
            return []
        return [IPv4Address(probe.getsockname()[0])]


def _of_interfaces() -> list[IPv4Address]:
    try:
        import fcntl
    except ImportError:
        return []
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            # An interface may have no address.
            with suppress(OSError):
                answer = fcntl.ioctl(asked, SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                found.append(IPv4Address(answer[20:24]))
    return found
