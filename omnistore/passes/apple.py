"""
Apple Wallet: the customer's card as a .pkpass, signed with the shop's certificate.

It holds the card's number and nothing that grows old: a card in a wallet shows the same code
without end, so it is a card and no pass. At the counter it does what the plastic one does.

https://developer.apple.com/documentation/walletpasses: a zip of pass.json and pictures, with the
SHA-1 of each in manifest.json, and a detached PKCS #7 signature over that.
"""

import hashlib
import io
import json
import zipfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7Options,
    PKCS7SignatureBuilder,
)
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils.translation import gettext as _

from customers.models import Pass
from omnistore.passes import showing

CONTENT_TYPE = "application/vnd.apple.pkpass"
PICTURES = settings.BASE_DIR / "static" / "icons"
# What stands in the zip, by its name there.
FILES = {
    f"{name}{scale}.png": f"wallet-{size}.png"
    for name in ("icon", "logo")
    for scale, size in (("", 29), ("@2x", 58), ("@3x", 87))
}


class Signer(NamedTuple):
    """The shop's certificate of a pass type, its key, and Apple's own that vouches for it."""

    certificate: x509.Certificate
    key: RSAPrivateKey
    intermediate: x509.Certificate

    @property
    def pass_type(self) -> str:
        """The pass type's identifier: Apple writes it into the certificate."""
        return self._named(NameOID.USER_ID)

    @property
    def team(self) -> str:
        return self._named(NameOID.ORGANIZATIONAL_UNIT_NAME)

    def _named(self, oid: x509.ObjectIdentifier) -> str:
        (found,) = self.certificate.subject.get_attributes_for_oid(oid)
        return str(found.value)


def is_on() -> bool:
    """Whether the shop has a certificate."""
    return bool(settings.OMNISTORE_APPLE_PASS_CERTIFICATE)


def card_of(carried: Pass, number: str) -> bytes:
    """Return the card with that number as a signed .pkpass, in the language of the moment."""
    signer = _signer(
        settings.OMNISTORE_APPLE_PASS_CERTIFICATE,
        settings.OMNISTORE_APPLE_PASS_KEY,
        settings.OMNISTORE_APPLE_PASS_KEY_PASSWORD,
        settings.OMNISTORE_APPLE_WWDR_CERTIFICATE,
    )
    files = {name: (PICTURES / file).read_bytes() for name, file in FILES.items()}
    files["pass.json"] = json.dumps(_words(carried, number, signer), ensure_ascii=False).encode()
    sums = {name: _sha1(content) for name, content in sorted(files.items())}
    files["manifest.json"] = json.dumps(sums, indent=2).encode()
    files["signature"] = _signature(files["manifest.json"], signer)
    return _zipped(files)


def _words(carried: Pass, number: str, signer: Signer) -> dict[str, object]:
    level = carried.customer.level and carried.customer.get_level_display()
    fields = [{"key": "level", "label": _("Level"), "value": str(level)}] if level else []
    code = {
        "format": "PKBarcodeFormatCode128",
        "message": number,
        "messageEncoding": "iso-8859-1",
        "altText": showing.spaced(number),
    }
    return {
        "formatVersion": 1,
        "passTypeIdentifier": signer.pass_type,
        "teamIdentifier": signer.team,
        "serialNumber": carried.pk.hex,
        "organizationName": settings.OMNISTORE_SHOP_NAME,
        "logoText": settings.OMNISTORE_SHOP_NAME,
        "description": _("Loyalty card"),
        "foregroundColor": "rgb(255, 255, 255)",
        "labelColor": "rgb(220, 235, 228)",
        "backgroundColor": "rgb(15, 94, 77)",
        "sharingProhibited": True,
        "barcodes": [code],
        "storeCard": {"secondaryFields": fields},
    }


def _sha1(content: bytes) -> str:
    # What the format asks for; the signature over the sums is SHA-256.
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def _signature(manifest: bytes, signer: Signer) -> bytes:
    builder = PKCS7SignatureBuilder().set_data(manifest)
    builder = builder.add_signer(signer.certificate, signer.key, hashes.SHA256())
    builder = builder.add_certificate(signer.intermediate)
    return builder.sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])


def _zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


@cache
def _signer(certificate: str, key: str, password: str, intermediate: str) -> Signer:
    """Return what the files of these names hold, all in PEM."""
    opened = load_pem_private_key(Path(key).read_bytes(), password.encode() or None)
    if not isinstance(opened, RSAPrivateKey):
        raise TypeError("OMNISTORE_APPLE_PASS_KEY is no RSA key.")
    return Signer(
        x509.load_pem_x509_certificate(Path(certificate).read_bytes()),
        opened,
        x509.load_pem_x509_certificate(Path(intermediate).read_bytes()),
    )
