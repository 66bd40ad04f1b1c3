"""What has to be there: the objects and fields of the package in docs/connectors/salesforce/."""

from django.utils.translation import gettext as _

from omnistore.crm.salesforce import mapping
from omnistore.crm.salesforce.api import KEY, Api
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer

_COMMON = {KEY, "Customer_Id__c", "Contact__c", "Currency__c"}
# By object, the fields that the connector writes.
FIELDS: dict[str, set[str]] = {
    mapping.CONTACT: {
        KEY,
        *mapping.PERSONAL,
        *mapping.CONSENTS,
        *mapping.OPT_OUTS,
        "Omnistore_Language__c",
        "Omnistore_Country__c",
    },
    mapping.ORDER: _COMMON
    | {"Number__c", "Kind__c", "Channel__c", "Store__c", "Placed_At__c", "Units__c", "Total__c"}
    | {"Articles__c"},
    mapping.RETURN: _COMMON
    | {"Number__c", "State__c", "Store__c", "Submitted_At__c", "Settled_At__c", "Units__c"}
    | {"Amount__c", "Refunded__c", "Reasons__c", "Articles__c", "Order__c"},
    mapping.EVENT: _COMMON | {"Kind__c", "Detail__c", "Amount__c", "Happened_At__c"},
}


def check(api: Api) -> Answer:
    """Return whether all of it is there and ours to see, in words for head office."""
    missing: list[str] = []
    for kind, names in FIELDS.items():
        found = api.describe(kind)
        if found is None:
            missing.append(kind)
        else:
            missing += [f"{kind}.{name}" for name in sorted(names - found)]
    if missing:
        words = _("Salesforce lets us in, but these are missing, or hidden from our user: %s")
        return answers.dead(words % ", ".join(missing))
    return answers.done(_("Salesforce lets us in, and every object and field is there."))
