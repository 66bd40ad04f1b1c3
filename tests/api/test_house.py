"""What holds for every address of the API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from omnistore import problems
from stores import keys
from stores.models import ApiKey
from tests.api.conftest import NOBODY, Program

pytestmark = pytest.mark.django_db

DOORS = [
    ("identify", "POST", "identify/"),
    ("customers", "POST", "customers/"),
    ("customers", "GET", f"customers/{NOBODY}/"),
    ("customers", "GET", "wordings/"),
    ("carts", "GET", "carts/"),
    ("carts", "PUT", "carts/"),
    ("orders", "GET", "orders/"),
    ("orders", "POST", "orders/"),
    ("orders", "GET", f"orders/{NOBODY}/"),
    ("returns", "POST", "returns/"),
    ("returns", "POST", "returns/quote/"),
    ("returns", "GET", f"returns/{NOBODY}/"),
    ("register", "GET", "register/instructions/"),
    ("register", "POST", "register/instructions/1/answer/"),
]


def is_problem(answer: Any, status: int, code: str) -> bool:
    body = answer.json()
    assert answer["Content-Type"] == problems.CONTENT_TYPE
    assert body["detail"]
    return (answer.status_code, body["status"], body["code"]) == (status, status, code)


@pytest.mark.parametrize(("scope", "method", "address"), DOORS)
def test_lets_nobody_in_without_a_key(
    client: Client, scope: str, method: str, address: str
) -> None:
    answer = client.generic(method, f"/api/{address}", content_type="application/json")

    assert is_problem(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("scope", "method", "address"), DOORS)
def test_lets_a_key_do_only_what_its_scopes_say(
    make_program: Callable[..., Program], client: Client, scope: str, method: str, address: str
) -> None:
    others = [other for other, _ in ApiKey.SCOPES if other != scope]
    program = make_program(*others)

    answer = program._client.generic(
        method, f"/api/{address}", content_type="application/json", headers=program._headers
    )

    assert is_problem(answer, 403, "permission_denied")


def test_knows_a_revoked_key_no_more(program: Program, client: Client) -> None:
    keys.revoke(program.key, program.key.created_at)

    assert is_problem(program.get("orders/"), 401, "not_authenticated")


def test_describes_itself_to_everybody(client: Client) -> None:
    answer = client.get("/api/schema/")

    assert answer.status_code == 200
    assert b"/api/returns/quote/" in answer.content


def test_has_a_valid_schema(tmp_path: Any) -> None:
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml")
    )


def test_answers_an_unknown_address_with_a_problem(program: Program, client: Client) -> None:
    assert is_problem(client.get("/api/nothing/"), 404, "not_found")
    assert is_problem(client.post("/api/identify"), 404, "not_found")
    assert is_problem(program.get(f"customers/{NOBODY}/"), 404, "not_found")
    assert is_problem(program.get("customers/camille@example.fr/"), 404, "not_found")


def test_refuses_other_methods_and_media(program: Program) -> None:
    form = program._client.post("/api/identify/", {"text": "x"}, headers=program._headers)

    assert is_problem(program.get("identify/"), 405, "method_not_allowed")
    assert is_problem(form, 415, "unsupported_media_type")
    picky = program.get("orders/", **{"Accept": "text/html"})
    assert is_problem(picky, 406, "not_acceptable")


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe", b'{"text": NaN}', b"[" * 50_000, b"9" * 5_000, b'"\x00"']
)
def test_refuses_a_body_that_is_no_json(program: Program, body: bytes) -> None:
    assert is_problem(program.post("identify/", body), 400, "parse_error")


@pytest.mark.parametrize("body", [[], 1, b'"text"', [[{}]], {"text": {}}, {"text": ["x"]}, {}])
def test_refuses_a_body_of_the_wrong_shape(program: Program, body: Any) -> None:
    assert is_problem(program.post("identify/", body), 422, "invalid")


def test_refuses_a_body_beyond_all_measure(program: Program) -> None:
    answer = program.post("identify/", b'{"text": "' + b"x" * 1_100_000 + b'"}')

    assert is_problem(answer, 413, "body_too_large")


def test_speaks_the_callers_language(program: Program) -> None:
    english = program.post("identify/", {}, **{"Accept-Language": "en"})
    french = program.post("identify/", {}, **{"Accept-Language": "fr"})

    assert english.json()["code"] == french.json()["code"]
    assert english.json()["fields"][0]["detail"] == "This field is required."
    assert french.json()["fields"][0]["detail"] == "Ce champ est obligatoire."


def test_answers_a_bug_with_a_problem_that_tells_nothing(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orders.api import sales

    monkeypatch.setattr(sales, "_with_lines", lambda: 1 / 0)

    answer = program.get("orders/")

    assert is_problem(answer, 500, "broken")
    assert "ZeroDivisionError" not in answer.content.decode()


def test_lets_nothing_on_the_way_keep_an_answer(program: Program) -> None:
    assert program.post("identify/", {"text": "moreau"})["Cache-Control"] == "no-store"
    assert program.get("nothing/")["Cache-Control"] == "no-store"
