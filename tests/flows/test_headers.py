"""What the browser is told to allow, and where."""

import pytest
from django.test import Client

from omnistore import headers


def test_pages_may_ask_for_the_camera_and_for_nothing_else(counter: Client) -> None:
    allowed = counter.get("/").headers["Permissions-Policy"]

    assert "camera=(self)" in allowed
    assert "microphone=()" in allowed


def test_no_page_may_run_webassembly(counter: Client) -> None:
    policy = counter.get("/").headers["Content-Security-Policy"]

    assert "worker-src 'self'" in policy
    assert "wasm-unsafe-eval" not in policy


@pytest.mark.parametrize(
    ("url", "is_guarded"),
    [
        ("/static/js/scanning/worker.js", True),
        ("/static/js/scanning/worker.0f3a2b1c9d8e.js", True),
        ("/static/js/app.js", False),
    ],
)
def test_only_the_scanners_worker_gets_a_policy_of_its_own(url: str, is_guarded: bool) -> None:
    sent: dict[str, str] = {}

    headers.guard_worker(sent, path="", url=url)

    assert ("Content-Security-Policy" in sent) == is_guarded
