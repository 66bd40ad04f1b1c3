"""Where the demo shop is served: on this machine only, or to the tablets in the same Wi-Fi."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from omnistore.demo.lan import addresses, certificates
from omnistore.demo.lan.certificates import Papers

HERE, EVERYWHERE = "127.0.0.1", "0.0.0.0"


@dataclass(frozen=True)
class Place:
    """`home` is what people type; `local` is the same for this machine itself."""

    home: str
    local: str
    host: str = HERE
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    papers: Papers | None = None


def here(port: int) -> Place:
    """Return the place that only this machine reaches, by plain http."""
    home = os.environ.get("OMNISTORE_PUBLIC_URL", f"http://localhost:{port}")
    return Place(home, f"http://localhost:{port}", environment={"OMNISTORE_PUBLIC_URL": home})


def in_the_wifi(port: int, *, at: datetime) -> Place:
    """
    Return the place that the tablets of the network reach, by https.

    Without a network it is at least there for this machine.
    """
    found = addresses.own()
    names = addresses.names()
    reached = [*found, addresses.LOOPBACK[1]]
    papers = certificates.ensure(settings.VAR_DIR / "lan", names=names, addresses=reached, at=at)
    home = f"https://{found[0] if found else 'localhost'}:{port}"
    return Place(
        home,
        f"https://localhost:{port}",
        host=EVERYWHERE,
        options=(
            *("--ssl-certificate", str(papers.shop), "--ssl-keyfile", str(papers.shop_key)),
            *("--ssl-protocol-min", "tls1.2"),
        ),
        environment={
            "OMNISTORE_PUBLIC_URL": home,
            "ALLOWED_HOSTS": ",".join([*names, *map(str, reached)]),
            # The outbox calls the demo's own CRM, which is behind the same certificate.
            "SSL_CERT_FILE": str(papers.authority),
        },
        papers=papers,
    )
