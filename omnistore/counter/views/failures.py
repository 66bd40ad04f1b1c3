"""What a person sees when something is not there, not allowed or broken."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from stores.http import CUSTOMERS_PHONES


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the page was open too long."""
    is_phone = request.path.startswith(CUSTOMERS_PHONES)
    template = "phone/too_long.html" if is_phone else "403_csrf.html"
    return render(request, template, status=403)
