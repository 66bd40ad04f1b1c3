"""
A certificate authority of this machine's own, and the certificate of its demo shop.

A tablet trusts the authority once. It can vouch for private addresses and names ending in .local
only, so that whoever stole its key could still pretend to be no bank.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from omnistore.demo.lan.addresses import LOOPBACK, PRIVATE

AUTHORITY_LASTS = timedelta(days=3650)
# What browsers allow for public ones; those of own authorities may last 825 days on Apple's.
LASTS = timedelta(days=397)
RENEWED_BEFORE = timedelta(days=30)
# Tablets whose clock is a little late.
EARLIER = timedelta(days=1)
PERMITTED = ("local", "localhost")


@dataclass(frozen=True)
class Papers:
    """Where the certificates and the shop's key are, all as PEM."""

    folder: Path

    @property
    def authority(self) -> Path:
        return self.folder / "authority.pem"

    @property
    def authority_key(self) -> Path:
        return self.folder / "authority.key"

    @property
    def shop(self) -> Path:
        return self.folder / "shop.pem"

    @property
    def shop_key(self) -> Path:
        return self.folder / "shop.key"

    def for_tablets(self) -> bytes:
        """Return the authority's certificate as tablets take it (DER)."""
        return _read(self.authority).public_bytes(serialization.Encoding.DER)


def ensure(
    folder: Path, *, names: Sequence[str], addresses: Sequence[IPv4Address], at: datetime
) -> Papers:
    """Return papers that are good for the names and addresses; made or renewed where needed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    papers = Papers(folder)
    if not (papers.authority_key.exists() and papers.authority.exists()):
        _found_authority(papers, at)
    wanted = _meant(names, addresses)
    if not _is_good(papers, wanted, at):
        _issue(papers, wanted, at)
    return papers


def _meant(names: Iterable[str], addresses: Iterable[IPv4Address]) -> x509.SubjectAlternativeName:
    hosts: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    return x509.SubjectAlternativeName([*hosts, *map(x509.IPAddress, addresses)])


def _is_good(papers: Papers, wanted: x509.SubjectAlternativeName, at: datetime) -> bool:
    if not (papers.shop.exists() and papers.shop_key.exists()):
        return False
    shop = _read(papers.shop)
    held = shop.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    is_ours = shop.issuer == _read(papers.authority).subject
    return is_ours and held == wanted and shop.not_valid_after_utc - RENEWED_BEFORE > at


def _found_authority(papers: Papers, at: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    # A number of its own: an authority that was made anew is not taken for the old one.
    number = x509.random_serial_number()
    name = _named(f"omnistore demo {number % 0x10000:04X}")
    usage = _usage(signs_certificates=True)
    certificate = (
        _builder(name, name, key.public_key(), number=number, at=at, lasts=AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(_only_here(), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(papers.authority, certificate)
    _keep(papers.authority_key, key)


def _only_here() -> x509.NameConstraints:
    networks = [x509.IPAddress(network) for network in (*PRIVATE, LOOPBACK)]
    return x509.NameConstraints([*map(x509.DNSName, PERMITTED), *networks], None)


def _issue(papers: Papers, wanted: x509.SubjectAlternativeName, at: datetime) -> None:
    authority = _read(papers.authority)
    signing = serialization.load_pem_private_key(papers.authority_key.read_bytes(), None)
    assert isinstance(signing, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    number, name = x509.random_serial_number(), _named("omnistore demo shop")
    by = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    certificate = (
        _builder(name, authority.subject, key.public_key(), number=number, at=at, lasts=LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(by, critical=False)
        .add_extension(wanted, critical=False)
        .sign(signing, hashes.SHA256())
    )
    _write(papers.shop, certificate)
    _keep(papers.shop_key, key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    *,
    number: int,
    at: datetime,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(number)
        .not_valid_before(at - EARLIER)
        .not_valid_after(at - EARLIER + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _write(path: Path, certificate: x509.Certificate) -> None:
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _keep(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write the key so that only its owner can read it."""
    content = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)
