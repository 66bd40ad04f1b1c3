"""Every version ever announced, and which of them was in force for a line when it was sold."""

from collections.abc import Iterable
from datetime import datetime

from orders.models import OrderLine, PolicyVersion, Product
from orders.policies.clocks import origin


class PolicyBook:
    """Every version ever announced, read once per request."""

    def __init__(self, versions: Iterable[PolicyVersion]) -> None:
        self._versions = list(versions)

    @classmethod
    def read(cls) -> "PolicyBook":
        """Return the whole book, in one query."""
        return cls(PolicyVersion.objects.order_by("start_at", "version"))

    @property
    def versions(self) -> list[PolicyVersion]:
        return list(self._versions)

    def in_force(self, line: OrderLine) -> PolicyVersion | None:
        """Return the version for the line's store and class when it was sold, closest first."""
        sold = origin(line)
        return self.at(sold.placed_at, store_id=sold.store_id, product=line.product)

    def at(
        self, moment: datetime, *, store_id: int | None, product: Product
    ) -> PolicyVersion | None:
        """Return the version that held at that moment in the store for the product's class."""
        fitting = [
            version
            for version in self._versions
            if version.start_at <= moment
            and version.store_id in (None, store_id)
            and version.product_class in ("", product.product_class)
        ]
        # The last of the closest: versions stand in the order in which they came into force.
        return max(
            reversed(fitting),
            key=lambda v: (v.store_id is not None, v.product_class != ""),
            default=None,
        )
