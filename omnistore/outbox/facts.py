"""What a fact is: a frozen dataclass of ids, amounts and codes, named in the past tense."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from django.apps import apps
from django.utils.functional import Promise

from omnistore.outbox.models import Kind


@dataclass(frozen=True)
class Fact:
    """
    Something that happened, for whoever wants to hear it.

    Children add fields of ids, codes, whole numbers and times. A fact with a customer goes into
    his stream, any other into its store's.
    """

    Kind: ClassVar = Kind

    name: ClassVar[str]
    # What order means to it; children say so where it is not a ledger's.
    fact_kind: ClassVar[str] = Kind.LEDGER
    # What has happened, for who chooses what a system is told.
    label: ClassVar[str | Promise] = ""

    customer_id: UUID | None
    store_code: str

    @property
    def stream_key(self) -> str:
        return f"customer:{self.customer_id}" if self.customer_id else f"store:{self.store_code}"

    @property
    def topic(self) -> str:
        """Of a state: the newest fact of one topic stands for those before it; empty: for none."""
        return ""

    def payload(self) -> dict[str, Any]:
        """Return the fact's fields as JSON can hold them."""
        return {field: _plain(value) for field, value in asdict(self).items()}


def known() -> list[type[Fact]]:
    """Return the facts that the installed apps record, by name."""
    ours = [fact for fact in _children(Fact) if apps.get_containing_app_config(fact.__module__)]
    return sorted(ours, key=lambda fact: fact.name)


def _children(parent: type[Fact]) -> set[type[Fact]]:
    children = set(parent.__subclasses__())
    return children.union(*(_children(child) for child in children))


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
