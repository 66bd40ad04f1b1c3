"""This tablet: its language, its display, what it is."""

import pytest
from django.test import Client

from stores import displays
from stores.models import Clerk, Tablet


def test_says_which_tablet_this_is(counter: Client) -> None:
    page = counter.get("/tablet/").content.decode()

    assert "Comptoir 1" in page
    assert "Lyon Bellecour" in page


def test_is_not_there_before_somebody_signs_in(counter: Client, tablet: Tablet) -> None:
    Tablet.objects.update(clerk=None)

    assert counter.get("/tablet/")["Location"].startswith("/clerks/")


@pytest.mark.parametrize("display", ["light", "dark", "bright", "auto"])
def test_keeps_the_display_on_the_tablet_whoever_signs_in(
    counter: Client, marc: Clerk, display: str
) -> None:
    counter.post("/tablet/display/", {"display": display})
    Tablet.objects.update(clerk=marc)

    assert f'data-display="{display}"' in counter.get("/").content.decode()


@pytest.mark.parametrize("display", ["light", "dark", "bright"])
def test_the_systems_own_bars_have_the_paper_of_the_display(counter: Client, display: str) -> None:
    counter.post("/tablet/display/", {"display": display})
    paper = displays.PAPERS[display][0][0]

    page = counter.get("/").content.decode()

    assert page.count("theme-color") == 1
    assert f'<meta name="theme-color" content="{paper}">' in page


def test_an_automatic_display_tells_the_system_both_papers(counter: Client) -> None:
    page = counter.get("/").content.decode()

    assert 'name="theme-color" content="#f6f4ef" media="(prefers-color-scheme: light)"' in page
    assert 'name="theme-color" content="#151412" media="(prefers-color-scheme: dark)"' in page


def test_lets_the_offline_page_read_what_it_shows_itself_in(counter: Client) -> None:
    counter.post("/language/", {"language": "en"})
    counter.post("/tablet/display/", {"display": "dark"})

    for name in ("omnistore_language", "omnistore_display"):
        assert not counter.cookies[name]["httponly"]


@pytest.mark.parametrize("display", ["neon", "", "dark\x00", '"><script>', "e" * 10_000])
def test_takes_an_unknown_display_for_the_automatic_one(counter: Client, display: str) -> None:
    counter.post("/tablet/display/", {"display": display})

    assert 'data-display="auto"' in counter.get("/tablet/").content.decode()


def test_reads_no_nonsense_from_the_cookie(counter: Client) -> None:
    counter.cookies["omnistore_display"] = "dark onload=alert"

    assert 'data-display="auto"' in counter.get("/").content.decode()


def test_says_which_language_and_display_are_on(counter: Client) -> None:
    counter.post("/tablet/display/", {"display": "bright"})

    page = counter.get("/tablet/").content.decode()

    assert 'value="bright" aria-pressed="true"' in page
    assert 'value="fr" aria-pressed="true"' in page
    assert 'value="en" aria-pressed="false"' in page


def test_keeps_how_the_hand_scanner_types(counter: Client, tablet: Tablet) -> None:
    told = {
        "scan_layout": "QWERTY",
        "scan_prefix": "~",
        "scan_suffix": '"#',
        "scan_ends_by_pause": 1,
    }

    counter.post("/tablet/scanner/", told)

    tablet.refresh_from_db()
    assert (tablet.scan_layout, tablet.scan_prefix, tablet.scan_suffix) == ("QWERTY", "~", '"#')
    assert tablet.scan_ends_by_pause
    page = counter.get("/").content.decode()
    assert 'data-wedge-layout-value="QWERTY"' in page
    assert 'data-wedge-suffix-value="&quot;#"' in page
    assert 'data-wedge-ends-by-pause-value="true"' in page


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"scan_layout": "DVORAK"},
        {"scan_layout": "AUTO", "scan_prefix": "#" * 9},
        {"scan_layout": "AUTO", "scan_suffix": "\x00"},
    ],
)
def test_changes_nothing_about_the_scanner_when_a_setting_is_wrong(
    counter: Client, tablet: Tablet, told: dict[str, str]
) -> None:
    answer = counter.post("/tablet/scanner/", told)

    assert answer.status_code == 422
    tablet.refresh_from_db()
    assert (tablet.scan_layout, tablet.scan_prefix, tablet.scan_suffix) == ("AUTO", "", "")
    assert 'data-wedge-layout-value="AUTO"' in answer.content.decode()


@pytest.mark.parametrize(
    ("chosen", "anywhere"), [("here", "false"), ("anywhere", "true"), ("?", "true")]
)
def test_a_clerk_says_where_single_keys_count(
    counter: Client, nadia: Clerk, chosen: str, anywhere: str
) -> None:
    counter.post("/tablet/keys/", {"keys": chosen})

    assert f'data-find-anywhere-value="{anywhere}"' in counter.get("/").content.decode()
    pad = counter.get(f"/clerks/{nadia.pk}/").content.decode()
    assert f'data-pinpad-anywhere-value="{anywhere}"' in pad
