"""What the terminal says when the demo shop is open."""

from django.core.management.color import color_style

from omnistore.demo import staff
from omnistore.demo.lan import terminal
from omnistore.demo.places import Place


def words(place: Place, first: str) -> str:
    """Return the greeting; `first` is where a tablet gets the certificate, if it needs one."""
    clerks = ", ".join(f"{clerk.name} {clerk.pin}" for clerk in staff.CLERKS[:3])
    lines = [
        "",
        color_style().SUCCESS(f"  omnistore is open: {place.home}/"),
        *(_for_tablets(place.home, first) if first else ()),
        "",
        f"  1. Open the tablet   {' / '.join(staff.MANAGER_ACCOUNT)}",
        f"  2. Choose a name     {clerks}",
        "  3. Identify          06 39 98 01 01, a name, a card or a receipt (README: the tour)",
        f"  4. Scan              the codes on {place.home}/demo/codes/, printed or from a screen",
        "",
        f"  The CRM's inbox      {place.home}/demo/crm/",
        f"  Head office          {place.home}/admin/   {' / '.join(staff.HEAD_OFFICE)}",
        f"  API                  {place.home}/api/schema/",
        "",
        "  Ctrl-C stops it; the data stays in var/.",
        "",
    ]
    return "\n".join(lines)


def _for_tablets(home: str, first: str) -> list[str]:
    return [
        color_style().WARNING(
            "  Everybody in this network can reach it, and the demo's passwords are public."
        ),
        *_without_network(home),
        "",
        f"  First, once for each tablet: trust its certificate, {first}/",
        "",
        terminal.qr(f"{first}/"),
        "",
        f"  Then open the shop: {home}/",
        "",
        terminal.qr(f"{home}/"),
        "",
        "  Step by step: docs/tablet.md",
    ]


def _without_network(home: str) -> list[str]:
    if "localhost" not in home:
        return []
    return ["  But this machine is in no network now: join the Wi-Fi, then start again."]
