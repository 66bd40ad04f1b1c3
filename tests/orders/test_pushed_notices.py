"""Web push: what the push service carries only the browser it is for can read."""

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db.models import TextField
from django.db.models.functions import Cast
from py_vapid import Vapid02

from orders import notices, returns, submissions
from orders.models import PolicyVersion, ReviewNotice
from orders.quotes import Choice
from stores import pushes
from stores.models import Clerk, PushSubscription, Tablet, User
from tests.factories import LONG_AGO, NOON, make_customer, make_order, make_product, make_user

SOON = NOON + timedelta(minutes=1)


@dataclass
class PushService:
    """Keeps what it carries; answers as told."""

    url: str = ""
    status: int = 201
    carried: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def service() -> Iterator[PushService]:
    found = PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.carried.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/push/phone"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


class Phone:
    """A browser with its own key pair and secret."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = bytes(range(16))

    @property
    def keys(self) -> dict[str, str]:
        public = self.key.public_key()
        point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": text(point), "auth": text(self.secret)}

    def read(self, body: bytes) -> dict[str, str]:
        opened = http_ece.decrypt(
            body, private_key=self.key, auth_secret=self.secret, version="aes128gcm"
        )
        content: dict[str, str] = json.loads(opened)
        return content


def text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@pytest.fixture
def account(marc: Clerk) -> User:
    marc.user = make_user("marc")
    marc.save()
    return User.objects.get(pk=marc.user.pk)


def ask(tablet: Tablet) -> None:
    rules = [{"rule": "window", "days": 30, "level": "APPROVER"}]
    PolicyVersion.objects.create(version=1, rules=rules, start_at=LONG_AGO)
    bought = NOON - timedelta(days=60)
    lines = [(make_product(), 2, 1990)]
    order = make_order(
        make_customer(), lines, channel="STORE", store=tablet.store, placed_at=bought
    )
    draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=NOON)
    line = Choice(order_line_id=order.lines.get().pk, units=1, reason="STYLE", condition="AS_NEW")
    returns.choose(draft=draft, choices=[line])
    submissions.submit(draft=draft, clerk=tablet.clerk, at=NOON)


def test_the_phone_reads_number_store_and_amount_and_the_service_nothing(
    service: PushService, tablet: Tablet, account: User
) -> None:
    phone = Phone()
    pushes.subscribe(user=account, endpoint=service.url, keys=phone.keys, at=NOON)
    ask(tablet)

    assert notices.send_due(at=SOON) == 1

    ((headers, body),) = service.carried
    content = phone.read(body)
    assert "LYO-R000001" in content["title"]
    assert "19,90" in content["body"]
    assert content["url"].startswith("/reviews/")
    assert "Camille" not in str(content)
    assert b"LYO-R" not in body
    assert headers["content-encoding"] == "aes128gcm"
    assert Vapid02.verify(headers["authorization"])


def test_a_browser_the_service_knows_no_more_is_forgotten(
    service: PushService, tablet: Tablet, account: User
) -> None:
    service.status = 410
    pushes.subscribe(user=account, endpoint=service.url, keys=Phone().keys, at=NOON)
    ask(tablet)

    assert notices.send_due(at=SOON) == 0

    assert PushSubscription.objects.get().ended_at == SOON
    assert ReviewNotice.objects.get().state == "FAILED"


def test_a_service_that_is_busy_is_asked_again(
    service: PushService, tablet: Tablet, account: User
) -> None:
    service.status = 503
    pushes.subscribe(user=account, endpoint=service.url, keys=Phone().keys, at=NOON)
    ask(tablet)

    notices.send_due(at=SOON)
    service.status = 201

    assert notices.send_due(at=SOON + timedelta(seconds=10)) == 1
    assert PushSubscription.objects.get().ended_at is None


@pytest.mark.parametrize(
    "endpoint", ["http://10.0.0.1/x", "ftp://push.example/x", "https:///x", "x" * 3000]
)
def test_no_address_inside_is_ever_woken(account: User, endpoint: str) -> None:
    with pytest.raises(pushes.NotASubscription):
        pushes.subscribe(user=account, endpoint=endpoint, keys=Phone().keys, at=NOON)


@pytest.mark.parametrize("keys", [{}, {"p256dh": "AAAA", "auth": "AAAA"}, {"p256dh": "é"}])
def test_keys_that_are_none_are_refused(account: User, keys: dict[str, str]) -> None:
    with pytest.raises(pushes.NotASubscription):
        pushes.subscribe(user=account, endpoint="https://push.example/x", keys=keys, at=NOON)


def test_address_and_keys_are_sealed_in_the_database(account: User) -> None:
    phone = Phone()
    pushes.subscribe(user=account, endpoint="https://push.example/x", keys=phone.keys, at=NOON)

    sealed = PushSubscription.objects.annotate(raw=Cast("endpoint", TextField()))
    assert "push.example" not in sealed.values_list("raw", flat=True)[0]
    assert PushSubscription.objects.get().endpoint == "https://push.example/x"
