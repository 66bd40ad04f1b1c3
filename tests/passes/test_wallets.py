"""The card in a wallet: signed as Apple and Google ask, with certificates that are made here."""

import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID
from django.http import HttpResponse
from django.test import Client, RequestFactory

from customers.models import Customer
from omnistore.counter import recognition
from omnistore.passes import holders
from omnistore.phone.http import KNOWN_COOKIE
from stores.models import Store
from tests.factories import NOON, make_customer

CARD = "2900000000018"
TYPE, TEAM, ISSUER = "pass.fr.example.card", "A1B2C3D4E5", "3388000000012345678"


class Authority:
    """Apple, as far as a signature goes: it vouches for the shop's certificate."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.certificate = self.vouch(self.key, _name("Wallet authority"), is_authority=True)

    def vouch(
        self, key: rsa.RSAPrivateKey, name: x509.Name, *, is_authority: bool = False
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(_name("Wallet authority"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), True)
        )
        return made.sign(self.key, hashes.SHA256())


def _name(common: str, **more: str) -> x509.Name:
    oids = {"type": NameOID.USER_ID, "team": NameOID.ORGANIZATIONAL_UNIT_NAME}
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    return x509.Name([*parts, *(x509.NameAttribute(oids[key], more[key]) for key in more)])


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Apple and Google hand out, in files."""
    folder = tmp_path_factory.mktemp("papers")
    authority = Authority()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    shops = authority.vouch(key, _name("Shop", type=TYPE, team=TEAM))
    locked = BestAvailableEncryption(b"geheim")
    (folder / "pass.pem").write_bytes(shops.public_bytes(Encoding.PEM))
    (folder / "authority.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    account = {
        "client_email": "wallet@shop.example",
        "private_key_id": "k1",
        "private_key": key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode(),
    }
    (folder / "account.json").write_text(json.dumps(account))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "public.pem").write_bytes(public)
    return folder


@pytest.fixture
def with_wallets(papers: Path, settings: Any) -> None:
    settings.OMNISTORE_SHOP_NAME = "Maison Bellecour"
    settings.OMNISTORE_APPLE_PASS_CERTIFICATE = str(papers / "pass.pem")
    settings.OMNISTORE_APPLE_PASS_KEY = str(papers / "key.pem")
    settings.OMNISTORE_APPLE_PASS_KEY_PASSWORD = "geheim"
    settings.OMNISTORE_APPLE_WWDR_CERTIFICATE = str(papers / "authority.pem")
    settings.OMNISTORE_GOOGLE_WALLET_ACCOUNT = str(papers / "account.json")
    settings.OMNISTORE_GOOGLE_WALLET_ISSUER = ISSUER
    settings.PUBLIC_URL = "https://shop.example"


@pytest.fixture
def camille(db: None) -> Customer:
    return make_customer(card=CARD, email="camille@example.fr", level="GOLD")


@pytest.fixture
def phone(client: Client, camille: Customer) -> Client:
    """Camille's phone, which is known."""

    answer = HttpResponse()
    holders.remember(RequestFactory().get("/pass/"), answer, camille, at=NOON)
    client.cookies[KNOWN_COOKIE] = answer.cookies[KNOWN_COOKIE].value
    return client


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# --- Apple ---------------------------------------------------------------------------------------
@pytest.mark.usefixtures("with_wallets")
def test_apples_card_lists_the_sum_of_every_file(phone: Client) -> None:
    answer = phone.get("/pass/apple/")

    assert answer["Content-Type"] == "application/vnd.apple.pkpass"
    assert answer["Cache-Control"] == "no-store"
    files = unpacked(answer.content)
    sums = json.loads(files.pop("manifest.json"))
    del files["signature"]
    assert sums == {name: hashlib.sha1(content).hexdigest() for name, content in files.items()}
    assert {"pass.json", "icon.png", "icon@2x.png", "logo.png"} <= set(files)


@pytest.mark.usefixtures("with_wallets")
def test_apples_card_is_signed_by_the_shops_certificate(
    phone: Client, papers: Path, tmp_path: Path
) -> None:
    files = unpacked(phone.get("/pass/apple/").content)
    for name in ("signature", "manifest.json"):
        (tmp_path / name).write_bytes(files[name])

    assert verified(tmp_path, papers).returncode == 0
    (tmp_path / "manifest.json").write_bytes(files["manifest.json"] + b" ")
    assert verified(tmp_path, papers).returncode != 0


def verified(folder: Path, papers: Path) -> "subprocess.CompletedProcess[bytes]":
    """Let openssl say whether the signature is one over the manifest, by the chain of papers."""
    openssl = shutil.which("openssl")
    assert openssl
    asked = [openssl, "cms", "-verify", "-inform", "DER", "-binary", "-purpose", "any"]
    asked += ["-in", str(folder / "signature"), "-content", str(folder / "manifest.json")]
    asked += ["-CAfile", str(papers / "authority.pem"), "-out", str(folder / "said")]
    return subprocess.run(asked, capture_output=True, check=False)


@pytest.mark.usefixtures("with_wallets")
def test_apples_card_says_what_grows_not_old_and_no_name(phone: Client) -> None:
    files = unpacked(phone.get("/pass/apple/").content)
    card = json.loads(files["pass.json"])

    assert (card["passTypeIdentifier"], card["teamIdentifier"]) == (TYPE, TEAM)
    assert card["organizationName"] == "Maison Bellecour"
    assert [code["message"] for code in card["barcodes"]] == [CARD]
    assert card["storeCard"]["secondaryFields"][0]["value"] == "carte or"
    for private in ("Camille", "Moreau", "camille@example.fr", "P9", "points"):
        assert private not in files["pass.json"].decode()


# --- Google --------------------------------------------------------------------------------------
@pytest.mark.usefixtures("with_wallets")
def test_googles_link_is_signed_by_the_shops_account(phone: Client, papers: Path) -> None:
    answer = phone.get("/pass/google/")

    address = urlsplit(answer["Location"])
    assert (address.scheme, address.netloc) == ("https", "pay.google.com")
    assert answer["Referrer-Policy"] == "no-referrer"
    token = address.path.rpartition("/")[2]
    public = (papers / "public.pem").read_text()
    # Whether it is too early is Google's affair: the clock here is the test's.
    said = jwt.decode(token, public, algorithms=["RS256"], audience="google")
    assert (said["iss"], said["typ"]) == ("wallet@shop.example", "savetowallet")
    (card,) = said["payload"]["loyaltyObjects"]
    assert card["barcode"]["value"] == CARD
    assert card["id"].startswith(f"{ISSUER}.")
    assert "Camille" not in json.dumps(said)


@pytest.mark.usefixtures("with_wallets")
def test_googles_link_is_no_longer_than_browsers_take(phone: Client) -> None:
    assert len(phone.get("/pass/google/")["Location"]) < 2000


@pytest.mark.usefixtures("with_wallets")
def test_googles_link_that_was_changed_is_nobodys(phone: Client, papers: Path) -> None:
    token = phone.get("/pass/google/")["Location"].rpartition("/")[2]
    head, claims, signature = token.split(".")
    forged = jwt.encode({"aud": "google"}, "x" * 32, algorithm="HS256").split(".")[1]

    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(
            f"{head}.{forged}.{signature}",
            (papers / "public.pem").read_text(),
            algorithms=["RS256"],
            audience="google",
        )
    assert claims


# --- both ----------------------------------------------------------------------------------------
@pytest.mark.usefixtures("with_wallets")
def test_the_number_in_a_wallet_is_the_cards_at_the_counter(
    lyon: Store, phone: Client, camille: Customer
) -> None:
    found = recognition.find(CARD, store=lyon, at=NOON, scanned_as="code_128")

    assert found.identified and found.identified.customer == camille


@pytest.mark.usefixtures("with_wallets")
@pytest.mark.parametrize("wallet", ["apple", "google"])
def test_a_phone_that_is_not_known_gets_no_card(db: None, wallet: str) -> None:
    assert Client().get(f"/pass/{wallet}/")["Location"] == "/pass/"


@pytest.mark.parametrize("wallet", ["apple", "google"])
def test_without_certificates_there_is_no_wallet(phone: Client, wallet: str) -> None:
    assert phone.get(f"/pass/{wallet}/").status_code == 404
    assert f"/pass/{wallet}/" not in phone.get("/pass/").content.decode()


@pytest.mark.usefixtures("with_wallets")
@pytest.mark.parametrize("wallet", ["apple", "google"])
def test_with_certificates_the_page_offers_it(phone: Client, wallet: str) -> None:
    assert f'href="/pass/{wallet}/"' in phone.get("/pass/").content.decode()


@pytest.mark.usefixtures("with_wallets")
@pytest.mark.parametrize("wallet", ["apple", "google"])
def test_who_has_no_card_has_none_in_a_wallet(
    phone: Client, camille: Customer, wallet: str
) -> None:
    camille.evidence.filter(identifier__kind="CARD").update(ended_at=NOON)

    assert phone.get(f"/pass/{wallet}/").status_code == 404
