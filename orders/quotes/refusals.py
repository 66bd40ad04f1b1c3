"""Why a quote cannot be drawn up, or cannot be taken."""

from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict, Invalid, Refused


class NothingChosen(Invalid):
    code = "nothing_chosen"
    words = _("Choose what comes back first.")


class NotOfThisReturn(Invalid):
    code = "unknown_line"
    words = _("One of the lines does not exist, or is not for you.")


class OrderOfAnotherCustomer(Invalid):
    code = "order_of_another_customer"
    words = _("This order belongs to another customer.")


class CurrenciesDiffer(Invalid):
    code = "currencies_differ"
    words = _("These orders were paid in different currencies: take one return for each.")


class NotAUnitCount(Invalid):
    code = "not_a_unit_count"
    words = _("A number of units is a whole number, one or more.")


class ReasonMissing(Invalid):
    code = "reason_missing"
    words = _("Say why it comes back.")


class ConditionMissing(Invalid):
    code = "condition_missing"
    words = _("Say in which condition it is.")


class TooManyUnits(Conflict):
    code = "too_many_units"
    words = _("Only %(left)s of these can still come back.")


class AllCameBack(TooManyUnits):
    words = _("Nothing of it is left: it came back already.")


class NotReturnable(Refused):
    """`level` and `rule` say who may overrule which rule."""

    code = "not_returnable"
