"""Headers of the browser's own guards that Django does not set by itself."""

from collections.abc import Callable, MutableMapping

from django.http import HttpRequest, HttpResponseBase

# The scanner asks for the camera; nothing of ours asks for more, and no frame of others may.
PERMISSIONS = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"

# A worker lives by the policy of its own file, not by the page's: only here may WebAssembly run.
WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"


class PermissionsMiddleware:
    """Say which of the device's abilities a page may ask for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response


def guard_worker(headers: MutableMapping[str, str], path: str, url: str) -> None:
    """Give the scanner's worker its policy; called by WhiteNoise for every static file."""
    if "/js/scanning/worker." in url:
        headers["Content-Security-Policy"] = WORKER_POLICY
