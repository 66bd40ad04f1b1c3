"""`make run LAN=1`: certificates that tablets accept, and nothing else on the plain port."""

import socket
import ssl
import stat
import threading
import urllib.error
import urllib.request
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import zxingcpp
from cryptography import x509
from PIL import Image

from omnistore.demo.lan import addresses, certificates, introduction, terminal
from omnistore.demo.lan.certificates import Papers

NOW = datetime.now(UTC)
NAMES = ["till.local", "localhost"]
HOME, LOOPBACK = IPv4Address("192.168.1.20"), IPv4Address("127.0.0.1")


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    return certificates.ensure(tmp_path / "lan", names=NAMES, addresses=[HOME, LOOPBACK], at=NOW)


def shop_of(papers: Papers) -> x509.Certificate:
    return x509.load_pem_x509_certificate(papers.shop.read_bytes())


def authority_of(papers: Papers) -> x509.Certificate:
    return x509.load_pem_x509_certificate(papers.authority.read_bytes())


@pytest.mark.parametrize(
    "subject",
    [x509.DNSName("till.local"), x509.IPAddress(HOME), x509.IPAddress(LOOPBACK)],
)
def test_the_chain_holds_for_every_name_and_address(
    papers: Papers, subject: x509.DNSName | x509.IPAddress
) -> None:
    shop, authority = shop_of(papers), authority_of(papers)

    shop.verify_directly_issued_by(authority)

    names = shop.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert subject in list(names)


@pytest.mark.parametrize("host", ["localhost", "till.local", "192.168.1.20", "127.0.0.1"])
def test_a_client_that_trusts_the_authority_gets_through(papers: Papers, host: str) -> None:
    trusting = ssl.create_default_context(cafile=str(papers.authority))

    assert greet(papers, trusting, host)


def test_the_authority_vouches_for_no_address_of_the_web(tmp_path: Path) -> None:
    bank = certificates.ensure(tmp_path, names=["bank.example"], addresses=[LOOPBACK], at=NOW)
    trusting = ssl.create_default_context(cafile=str(bank.authority))

    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        greet(bank, trusting, "bank.example")


def test_tablets_accept_how_long_and_what_for(papers: Papers) -> None:
    shop, authority = shop_of(papers), authority_of(papers)

    assert shop.not_valid_after_utc - shop.not_valid_before_utc <= timedelta(days=398)
    assert shop.not_valid_before_utc < NOW - timedelta(hours=1)
    uses = shop.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(uses) == [x509.ExtendedKeyUsageOID.SERVER_AUTH]
    limits = authority.extensions.get_extension_for_class(x509.BasicConstraints)
    assert limits.critical
    assert (limits.value.ca, limits.value.path_length) == (True, 0)


def test_the_keys_are_for_their_owner_only(papers: Papers) -> None:
    for key in (papers.authority_key, papers.shop_key):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        # As granian reads it.
        assert key.read_text().startswith("-----BEGIN PRIVATE KEY-----")


def test_is_kept_until_an_address_changes_or_its_time_runs_out(papers: Papers) -> None:
    first, authority = shop_of(papers), authority_of(papers)
    again = {"names": NAMES, "addresses": [HOME, LOOPBACK]}

    assert shop_of(certificates.ensure(papers.folder, **again, at=NOW)) == first  # type: ignore[arg-type]
    late = NOW + timedelta(days=370)
    second = shop_of(certificates.ensure(papers.folder, **again, at=late))  # type: ignore[arg-type]
    assert second != first
    moved = [IPv4Address("10.0.0.7"), LOOPBACK]
    third = certificates.ensure(papers.folder, names=NAMES, addresses=moved, at=late)
    assert shop_of(third) != second
    # Tablets trusted it once, and need not again.
    assert authority_of(third) == authority


def test_the_plain_port_has_the_certificate_and_nothing_else(papers: Papers) -> None:
    server = introduction.serve(
        host="127.0.0.1", port=0, home="https://192.168.1.20:8000", certificate=b"DER"
    )
    base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        with urllib.request.urlopen(base + introduction.FILE) as answer:
            assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
            assert answer.read() == b"DER"
        english = urllib.request.Request(base, headers={"Accept-Language": "en-GB"})
        with urllib.request.urlopen(english) as answer:
            page = answer.read().decode()
        assert '<html lang="en">' in page
        assert "https://192.168.1.20:8000/" in page
        for path in ("/admin/", "/api/schema/", "/../shop.key", "/authority.key"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(base + path)
    finally:
        server.shutdown()
        server.server_close()


def test_the_certificate_for_tablets_is_the_authoritys(papers: Papers) -> None:
    assert x509.load_der_x509_certificate(papers.for_tablets()) == authority_of(papers)


def test_the_terminals_code_can_be_read() -> None:
    lines = terminal.qr("https://192.168.1.20:8000/", indent="").splitlines()

    (read,) = zxingcpp.read_barcodes(as_picture(lines))
    assert read.text == "https://192.168.1.20:8000/"


def test_only_private_addresses_are_given_out() -> None:
    for address in addresses.own():
        assert address.is_private
        assert not address.is_loopback


def greet(papers: Papers, client: ssl.SSLContext, host: str) -> bool:
    """Shake hands over a pair of sockets, as if the shop were at `host`."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(papers.shop, papers.shop_key)
    here, there = socket.socketpair()

    def answer() -> None:
        with suppress(ssl.SSLError, OSError):
            serving.wrap_socket(there, server_side=True).close()

    shop = threading.Thread(target=answer)
    shop.start()
    try:
        with client.wrap_socket(here, server_hostname=host) as greeted:
            return bool(greeted.version())
    finally:
        here.close()
        shop.join()
        there.close()


def as_picture(lines: list[str]) -> Image.Image:
    """Draw what the terminal shows, ten pixels to a dot."""
    halves = {character: pair for pair, character in terminal.HALVES.items()}
    rows: list[list[bool]] = []
    for line in lines:
        pairs = [halves[character] for character in line if character in halves]
        rows += [[pair[0] for pair in pairs], [pair[1] for pair in pairs]]
    picture = Image.new("L", (len(rows[0]), len(rows)), 255)
    for y, row in enumerate(rows):
        for x, is_dark in enumerate(row):
            picture.putpixel((x, y), 0 if is_dark else 255)
    return picture.resize((picture.width * 10, picture.height * 10), Image.Resampling.NEAREST)
