"""The page of the pass: the same for everybody, with what it loads named in its head."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.safestring import mark_safe

from omnistore.passes import apple, google, shell


def of_the_pass(request: HttpRequest) -> HttpResponse:
    """Return the page; nothing in it is anybody's."""
    return render(
        request,
        "pass/show.html",
        {
            # Our own files and addresses, and nothing of the request.
            "import_map": mark_safe(shell.import_map()),
            "modules": [static(file) for file in shell.MODULES.values()],
            "has_apple": apple.is_on(),
            "has_google": google.is_on(),
        },
    )
