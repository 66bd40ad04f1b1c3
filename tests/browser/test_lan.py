"""`make run LAN=1` as a tablet meets it: https with the machine's own certificate."""

import base64
import hashlib
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Playwright

from tests.browser.counter import LANDSCAPE, Tablet
from tests.browser.running import demo_shop, launched

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lan")


@pytest.fixture(scope="module")
def https(folder: Path) -> Iterator[str]:
    """The address of a demo shop that is open to the network."""
    with demo_shop(folder, lan=True) as address:
        yield address


def test_whoever_trusts_the_authority_gets_in_and_nobody_by_another_name(
    https: str, folder: Path
) -> None:
    trusting = ssl.create_default_context(cafile=str(folder / "lan" / "authority.pem"))

    with urllib.request.urlopen(f"{https}/tablet/open/", context=trusting) as answer:
        cookie = answer.headers["Set-Cookie"]
    assert "Secure" in cookie

    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(https, context=ssl.create_default_context())
    stranger = urllib.request.Request(f"{https}/tablet/open/", headers={"Host": "shop.example"})
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(stranger, context=trusting)


def test_the_tablet_opens_and_its_service_worker_takes_over(
    https: str, folder: Path, playwright: Playwright
) -> None:
    trust = f"--ignore-certificate-errors-spki-list={_fingerprint(folder / 'lan' / 'shop.pem')}"
    with launched(playwright, trust) as browser:
        page = browser.new_page(viewport=LANDSCAPE, locale="fr-FR")
        tablet = Tablet(page, https)

        tablet.open()
        tablet.sign_in()

        assert page.evaluate("navigator.serviceWorker.ready.then((it) => it.scope)") == f"{https}/"


def _fingerprint(certificate: Path) -> str:
    """Return the hash of the public key, as Chromium wants it named."""
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    spoken = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spoken).digest()).decode()
