"""What a person sees when something is not there, not allowed or broken."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the page was open too long."""
    return render(request, "403_csrf.html", status=403)
