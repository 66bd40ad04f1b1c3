"""
Forgetting somebody there: blank what leads to him, then delete his contact.

A deleted record lies in their recycle bin for a while: it is blanked first, so nothing lies there.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from omnistore.crm import links
from omnistore.crm.models import Link
from omnistore.crm.salesforce import mapping
from omnistore.crm.salesforce.api import KEY, Api, Result
from omnistore.crm.salesforce.mapping import CONTACT, Record
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer, Verdict
from omnistore.outbox.messages import Message

# Something else there hangs on the contact, a case for example.
CANNOT_DELETE = "DELETE_FAILED"


def forget(api: Api, messages: Sequence[Message]) -> dict[int, Answer]:
    """Have those whom the messages name forgotten; return the answers by delivery."""
    ids = {one.customer_id for one in messages if one.customer_id}
    if not ids:
        return {}
    refused = _blank_records(api, ids)
    theirs = _contacts(api, ids)
    refused |= _blank_contacts(api, {one: theirs[one] for one in theirs.keys() - refused.keys()})
    said = {one: refused.get(one) or _delete(api, one, theirs.get(one, [])) for one in ids}
    done = [one for one, answer in said.items() if answer.verdict is Verdict.DONE]
    links.forget(api.connection, Link.Kind.CUSTOMER, done)
    return {one.delivery_id: said[one.customer_id] for one in messages if one.customer_id}


def _blank_records(api: Api, ids: Collection[UUID]) -> dict[UUID, Answer]:
    """Take what leads to them out of orders, returns and history; return who was refused."""
    refused: dict[UUID, Answer] = {}
    for kind, blank in mapping.FORGOTTEN.items():
        soql = f"SELECT Id, Customer_Id__c FROM {kind} WHERE Customer_Id__c IN ({{}})"
        found = list(api.query(soql, [str(one) for one in ids]))
        results = api.update(kind, [{"id": record["Id"], **blank} for record in found])
        for record, result in zip(found, results, strict=True):
            if not result.is_taken and not result.is_gone:
                refused[UUID(record["Customer_Id__c"])] = result.answer
    return refused


def _contacts(api: Api, ids: Collection[UUID]) -> dict[UUID, list[Record]]:
    """
    Return their contacts, `id` of each: those that carry our id, else the one we know.

    That one gets our id again: by it, contacts are deleted.
    """
    soql = f"SELECT Id, {KEY} FROM {CONTACT} WHERE {KEY} IN ({{}})"
    theirs: dict[UUID, list[Record]] = defaultdict(list)
    for record in api.query(soql, [str(one) for one in ids]):
        theirs[UUID(record[KEY])].append({"id": record["Id"]})
    known = links.of(api.connection, Link.Kind.CUSTOMER, ids)
    for customer_id in known.keys() - theirs.keys():
        # A contact that was kept in a merge is another customer's.
        if not known[customer_id].told.get("merged_into"):
            known_id = known[customer_id].remote_id
            theirs[customer_id].append({"id": known_id, KEY: str(customer_id)})
    return theirs


def _blank_contacts(api: Api, theirs: Mapping[UUID, list[Record]]) -> dict[UUID, Answer]:
    """Blank the contacts; return who was refused."""
    each = [(customer_id, record) for customer_id, found in theirs.items() for record in found]
    blank = [{**record, **mapping.NOBODY} for _, record in each]
    results = zip(each, api.update(CONTACT, blank), strict=True)
    return {
        one: result.answer
        for (one, _), result in results
        if not result.is_taken and not result.is_gone
    }


def _delete(api: Api, customer_id: UUID, theirs: Sequence[Record]) -> Answer:
    if not api.has_time:
        return answers.unsent(timedelta(0))
    result = api.delete(CONTACT, str(customer_id))
    if result.is_taken or result.is_gone:
        return answers.done("erased")
    return _anonymous(api, theirs, result) if result.code == CANNOT_DELETE else result.answer


def _anonymous(api: Api, theirs: Sequence[Record], refused: Result) -> Answer:
    """Leave the blank contact that others hang on, without our id."""
    results = api.update(CONTACT, [{"id": one["id"], KEY: None} for one in theirs])
    done = answers.done(f"blanked, for it cannot be deleted there: {refused.words}")
    return next((result.answer for result in results if not result.is_taken), done)
