"""Approvers: who may decide a review, and who is woken for it."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Refused
from orders.models import CustomerReturn, Review
from stores.models import Clerk, Store, User

PERMISSION = "orders.decide_review"
# One backend checks names and passwords here; `with_perm` wants it said.
BACKEND = "django.contrib.auth.backends.ModelBackend"


class NotYoursToDecide(Refused):
    status = 403
    code = "not_yours_to_decide"
    words = _("This is not yours to decide.")


class AskedBySelf(NotYoursToDecide):
    code = "asked_by_self"
    words = _("Somebody else has to decide: you asked for it yourself.")


class ForHeadOffice(NotYoursToDecide):
    code = "for_head_office"
    words = _("Head office decides this one.")


@dataclass(frozen=True)
class Approver:
    """Who decides: a manager by his PIN, or somebody with a password."""

    clerk: Clerk | None = None
    user: User | None = None

    @property
    def person(self) -> Clerk | None:
        """The clerk he is in the shop, if he is one."""
        return self.clerk or getattr(self.user, "clerk", None)

    @property
    def is_head_office(self) -> bool:
        user = self.user
        return bool(user and user.is_active and user.has_perm(PERMISSION))


def check(approver: Approver, review: Review, found: CustomerReturn) -> None:
    """
    Let only those decide who may.

    Raises:
        AskedBySelf: four eyes are two people.
        ForHeadOffice: it is above what a store decides.
        NotYoursToDecide: another store, or no manager.
    """
    person = approver.person
    if person is not None and person.pk == review.asked_by_id:
        raise AskedBySelf()
    if approver.is_head_office:
        return
    if person is None or not is_manager_in(person, found.store):
        raise NotYoursToDecide()
    if review.is_for_head_office:
        raise ForHeadOffice()


def is_manager_in(clerk: Clerk, store: Store | None) -> bool:
    """Whether he manages that store, today."""
    if store is None or not (clerk.is_active and clerk.is_manager):
        return False
    return clerk.stores.filter(pk=store.pk).exists()


def at_hand(store: Store | None, *, asked_by: Clerk | None) -> QuerySet[Clerk]:
    """Return the managers of the store who may decide on a tablet what `asked_by` asks."""
    managers = Clerk.objects.filter(stores=store, is_active=True, role=Clerk.Role.MANAGER)
    return managers.exclude(pk=asked_by.pk) if asked_by else managers


def from_afar(store: Store | None, *, route: str, asked_by: Clerk | None) -> QuerySet[User]:
    """Return who is woken: the store's managers with an account, or head office."""
    users = User.objects.filter(is_active=True)
    if route == Review.Route.HEAD_OFFICE:
        found = User.objects.with_perm(PERMISSION, backend=BACKEND)
    else:
        found = users.filter(
            clerk__stores=store, clerk__is_active=True, clerk__role=Clerk.Role.MANAGER
        )
    return found.exclude(clerk=asked_by) if asked_by else found


def waiting_for(user: User) -> QuerySet[CustomerReturn]:
    """Return the returns whose open reviews the user may look at, the most urgent first."""
    open_reviews = Q(reviews__state=Review.State.OPEN)
    if not Approver(user=user).is_head_office:
        open_reviews &= Q(
            store__clerks__user=user,
            store__clerks__is_active=True,
            store__clerks__role=Clerk.Role.MANAGER,
        )
    return CustomerReturn.objects.filter(open_reviews).distinct()


def may_look(user: User, found: CustomerReturn) -> bool:
    """Whether the user may see the return's decision page."""
    approver = Approver(user=user)
    person = approver.person
    return approver.is_head_office or (person is not None and is_manager_in(person, found.store))


def route_of(
    *, amount: int, is_beyond_the_store: bool, store: Store | None, asked_by: Clerk | None
) -> str:
    """Return whom a question goes to: the store as long as it may, and has somebody who can."""
    if is_beyond_the_store or amount > settings.OMNISTORE_REVIEW_STORE_LIMIT:
        return Review.Route.HEAD_OFFICE
    has_manager = at_hand(store, asked_by=asked_by).exists()
    return Review.Route.STORE if has_manager else Review.Route.HEAD_OFFICE


def may(approver: Approver, review: Review, found: CustomerReturn) -> bool:
    """Whether `check` would let him."""
    try:
        check(approver, review, found)
    except NotYoursToDecide:
        return False
    return True
