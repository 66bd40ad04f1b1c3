"""Who works in the demo shop, with the PINs and passwords that everybody may know."""

from dataclasses import dataclass

from stores.models import Clerk

# Signs in at /admin/ and opens tablets of every store.
HEAD_OFFICE = ("siege", "omnistore-demo")
# Opens tablets in Lyon.
MANAGER_ACCOUNT = ("marc", "omnistore-demo")


@dataclass(frozen=True)
class DemoClerk:
    """A clerk of the demo shop."""

    name: str
    pin: str
    stores: tuple[str, ...]
    role: str = Clerk.Role.CLERK
    language: str = "fr"
    account: tuple[str, str] | None = None


CLERKS = (
    DemoClerk("Nadia Benali", "135790", ("lyo",)),
    DemoClerk("Hugo Lefèvre", "246810", ("lyo", "par")),
    DemoClerk("Marc Perrin", "864209", ("lyo",), Clerk.Role.MANAGER, account=MANAGER_ACCOUNT),
    DemoClerk("Emma Wilson", "975310", ("par",), language="en"),
    DemoClerk("Sofia Da Costa", "531975", ("par",), Clerk.Role.MANAGER),
)
