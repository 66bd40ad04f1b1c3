"""
A Stripe on the loopback: answers by Stripe's published fixtures and remembers keys as Stripe does.

The same key with the same content gives the first answer again, errors included; with other content
it is an error. What it could not read or was too busy for is not remembered.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.crm.fakes.served import Asked, Said, serving

CONTRACTS = Path(__file__).parent.parent / "data" / "contracts" / "stripe"
KEY = "sk_test_51Omnistore"


def fixture(name: str) -> dict[str, Any]:
    """Return an object as Stripe publishes it."""
    shown: dict[str, Any] = json.loads((CONTRACTS / f"{name}.json").read_text())
    return shown


def refused(status: int, code: str, kind: str = "invalid_request_error", **more: str) -> Said:
    """Return an error in Stripe's form."""
    error = {"type": kind, "code": code, "message": "In English.", **more}
    return _json(status, {"error": error})


@dataclass
class FakeStripe:
    """`captured` are payments by id; `status` is what a new refund has; `next` overrides once."""

    url: str = ""
    captured: dict[str, int] = field(default_factory=dict)
    status: str = "succeeded"
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    # Given instead of the answer, oldest first; `after` does the work before it is lost.
    before: list[Said] = field(default_factory=list)
    after: list[Said | Callable[[], Said | None]] = field(default_factory=list)
    _remembered: dict[str, tuple[bytes, Said]] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        return [one.headers["idempotency-key"] for one in self.asked if one.method == "POST"]

    def forget_keys(self) -> None:
        """A day passes."""
        self._remembered.clear()

    def refunded(self, payment: str) -> int:
        own = (r for r in self.refunds.values() if payment in (r["charge"], r["payment_intent"]))
        return sum(r["amount"] for r in own if r["status"] not in ("failed", "canceled"))

    def __call__(self, asked: Asked) -> Said:
        self.asked.append(asked)
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return refused(401, "", "invalid_request_error")
        if self.before:
            return self.before.pop(0)
        said = self._remember(asked) if asked.method == "POST" else self._read(asked)
        if self.after:
            lost = self.after.pop(0)
            said = lost if isinstance(lost, Said) else lost() or said
        return said

    def _remember(self, asked: Asked) -> Said:
        key = asked.headers["idempotency-key"]
        if key in self._remembered:
            body, said = self._remembered[key]
            return said if body == asked.body else refused(400, "", "idempotency_error")
        said = self._create(dict(parse_qsl(asked.body.decode())))
        self._remembered[key] = (asked.body, said)
        return said

    def _create(self, wanted: dict[str, str]) -> Said:
        by = "payment_intent" if "payment_intent" in wanted else "charge"
        payment, amount = wanted[by], int(wanted["amount"])
        if payment not in self.captured:
            return refused(404, "resource_missing", param=by)
        left = self.captured[payment] - self.refunded(payment)
        if left == 0:
            return refused(400, "charge_already_refunded")
        if amount > left:
            return refused(400, "amount_too_large", param="amount")
        new = fixture("refund") | {
            "id": f"re_{len(self.refunds) + 1:024d}",
            "amount": amount,
            "currency": "eur",
            "status": self.status,
            "charge": payment if by == "charge" else None,
            "payment_intent": payment if by == "payment_intent" else None,
            "metadata": _metadata(wanted),
        }
        self.refunds[new["id"]] = new
        return _json(200, new)

    def _read(self, asked: Asked) -> Said:
        target = urlsplit(asked.path)
        if target.path == "/v1/refunds":
            wanted = dict(parse_qsl(target.query))
            own = [r for r in self.refunds.values() if _is_of(r, wanted)]
            return _json(
                200,
                {"object": "list", "url": "/v1/refunds", "has_more": False} | {"data": own[::-1]},
            )
        found = self.refunds.get(target.path.rpartition("/")[2])
        return _json(200, found) if found else refused(404, "resource_missing", param="id")


def _is_of(refund: dict[str, Any], wanted: dict[str, str]) -> bool:
    return any(wanted.get(by) == refund[by] for by in ("charge", "payment_intent") if refund[by])


def _metadata(wanted: dict[str, str]) -> dict[str, str]:
    return {
        name.removeprefix("metadata[").removesuffix("]"): value
        for name, value in wanted.items()
        if name.startswith("metadata[")
    }


def _json(status: int, body: dict[str, Any]) -> Said:
    return Said(status, json.dumps(body).encode(), {"Request-Id": "req_fake"})


@contextmanager
def stripe() -> Iterator[FakeStripe]:
    """Run a Stripe until the block ends."""
    fake = FakeStripe()
    with serving(fake) as url:
        fake.url = url
        yield fake
