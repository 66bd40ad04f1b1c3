from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from stores import keys
from stores.models import ApiKey, Register, Store

ALL = [scope for scope, _label in ApiKey.SCOPES]


class Program:
    """A program that calls the API with its key."""

    def __init__(self, key: ApiKey, secret: str) -> None:
        self.key = key
        self._client = Client(raise_request_exception=False)
        self._headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}

    def get(self, address: str, params: dict[str, Any] | None = None, **headers: str) -> Any:
        return self._client.get(f"/api/{address}", params, headers=self._headers | headers)

    def post(self, address: str, body: Any, **headers: str) -> Any:
        return self._client.post(
            f"/api/{address}", body, "application/json", headers=self._headers | headers
        )

    def put(self, address: str, body: Any, **headers: str) -> Any:
        return self._client.put(
            f"/api/{address}", body, "application/json", headers=self._headers | headers
        )

    def take(self, body: Any, key: str = "k-1") -> Any:
        return self.post("returns/", body, **{"Idempotency-Key": key})


@pytest.fixture
def make_program(lyon: Store, till: Register) -> Callable[..., Program]:
    """Make a program of the Lyon store with the scopes."""

    def make(*scopes: str, register: Register | None = till) -> Program:
        return Program(*keys.make(store=lyon, name="Shop", scopes=list(scopes), register=register))

    return make


@pytest.fixture
def program(make_program: Callable[..., Program]) -> Program:
    """A program that may do everything in the Lyon store."""
    return make_program(*ALL)


NOBODY = UUID(int=1)
