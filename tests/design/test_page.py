"""The design page cannot go stale: what is drawn anywhere is shown there."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from stores.models import User
from tests.factories import make_user

COMPONENTS = settings.BASE_DIR / "templates" / "components"
SHEETS = sorted((settings.BASE_DIR / "static" / "css" / "components").glob("*.css"))
NAME = re.compile(r"\.([a-z][\w-]*)(?=[^{}]*\{)")
# Set by scripts for a moment, or by the layout around a component.
IN_PASSING = {
    *("is-reckoning", "reckoned", "reckoned__busy"),
    *("columns", "columns__next", "notice--aside", "return-line__more--fresh"),
}


@pytest.fixture
def page(client: Client, db: None) -> Any:
    client.force_login(make_user(is_staff=True))
    return client.get("/design/")


def classes_of(sheet: Path) -> set[str]:
    css = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", sheet.read_text(), flags=re.DOTALL)
    return set(NAME.findall(css))


def test_shows_every_component(page: Any) -> None:
    drawn = {template.name for template in page.templates}

    # What stands in the head of every page is no component to look at.
    unseen = {"components/importmap.json", "components/htmx_config.json"}
    names = {f"components/{path.name}" for path in COMPONENTS.iterdir()} - unseen
    assert not names - drawn, "add it to omnistore/counter/specimens.py"


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.stem)
def test_shows_everything_that_a_sheet_draws(page: Any, sheet: Path) -> None:
    shown = set(
        re.findall(r"[\w-]+", " ".join(re.findall(r'class="([^"]*)"', page.content.decode())))
    )

    missing = classes_of(sheet) - shown - IN_PASSING
    assert not missing, "add a state to omnistore/counter/specimens.py"


@pytest.mark.parametrize("display", ["light", "dark", "bright", "auto"])
def test_is_shown_in_every_display(client: Client, db: None, display: str) -> None:
    client.force_login(make_user(is_staff=True))

    page = client.get("/design/", {"display": display}).content.decode()

    assert f'data-display="{display}"' in page


def test_is_for_staff_only(client: Client, counter: Client) -> None:
    assert counter.get("/design/")["Location"].startswith("/admin/login/")
    client.force_login(User.objects.create_user("clerk"))
    assert client.get("/design/").status_code == 302
