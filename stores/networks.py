"""Networks: what counts as one place that asks."""

import ipaddress


def of(address: str) -> str:
    """Return the address, of IPv6 its network: whoever has one of these has all 2⁶⁴."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address) or found.ipv4_mapped:
        return str(found)
    return str(ipaddress.IPv6Network((int(found), 64), strict=False))
