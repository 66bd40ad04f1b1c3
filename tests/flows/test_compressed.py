"""Pages are compressed, and their length gives no secret away."""

import gzip
import re

from django.test import Client

from stores.models import Clerk

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')


def test_pages_are_compressed_for_whom_can_read_that(counter: Client, nadia: Clerk) -> None:
    plain = counter.get("/")
    small = counter.get("/", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.content) < len(plain.content) / 2
    assert gzip.decompress(small.content).startswith(b"<!doctype html>")


def test_the_length_of_a_page_differs_each_time_and_so_do_its_tokens(counter: Client) -> None:
    answers = [counter.get("/", headers={"Accept-Encoding": "gzip"}).content for _ in range(12)]

    assert len({len(answer) for answer in answers}) > 2
    assert len({TOKEN.findall(gzip.decompress(answer))[0] for answer in answers}) == 12


def test_other_sites_cannot_ask_with_the_cookies_of_a_tablet(counter: Client, marc: Clerk) -> None:
    counter.post(f"/clerks/{marc.pk}/", {"pin": "246801"})

    given = [cookie for cookie in counter.cookies.values() if cookie["path"]]
    assert given
    assert {cookie["samesite"] for cookie in given} <= {"Lax", "Strict"}
