"""The design page: every component in every state, drawn by the templates the counter uses."""

from typing import Any

from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from omnistore.counter import palettes, specimens
from stores import displays
from stores.displays import Display

# What a display promises for its text.
PROMISED = {"bright": palettes.AAA}


@require_safe
@staff_member_required
def show(request: HttpRequest) -> HttpResponse:
    """Show tokens and components in the display that is asked for."""
    display = displays.known(request.GET.get("display", ""))
    tabs = [
        {"url": f"?display={it.value}", "label": it.label, "is_current": it == display}
        for it in Display
    ]
    page = {
        "display": display,
        "tabs": tabs,
        "swatches": _swatches(),
        "sizes": ("s", "m", "base", "l", "xl", "xxl", "hero"),
        "spaces": ("xs", "s", "m", "base", "l", "xl", "touch", "touch-main"),
        "parts": [_drawn(request, part) for part in specimens.parts()],
    }
    return render(request, "design/page.html", page)


def _swatches() -> list[dict[str, Any]]:
    sets = palettes.palettes()
    return [
        {
            "name": Display(name).label,
            "contrasts": palettes.contrasts(sets[name], text=PROMISED.get(name, palettes.AA)),
        }
        for name in ("light", "dark", "bright")
    ]


def _drawn(request: HttpRequest, part: specimens.Part) -> dict[str, Any]:
    states = [
        {"words": state.words, "html": render_to_string(part.template, state.given, request)}
        for state in part.states
    ]
    return {
        "name": part.name,
        "template": part.template,
        "states": states,
        "is_wide": part.is_wide,
    }
