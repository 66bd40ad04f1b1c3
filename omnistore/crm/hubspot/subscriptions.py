"""E-mail consents: whether HubSpot may send to an address, told when it changed."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from customers.models import Consent, ConsentWording
from omnistore.crm.hubspot.api import Api, Refused
from omnistore.crm.hubspot.contact import Contact
from omnistore.crm.people import Said
from omnistore.outbox import answers
from omnistore.tokens import fingerprint

Purpose = ConsentWording.Purpose
Channel = ConsentWording.Channel

BASES = {
    Consent.Basis.CONSENT: "CONSENT_WITH_NOTICE",
    Consent.Basis.SIMILAR_PRODUCTS: "LEGITIMATE_INTEREST_CLIENT",
}
# Changes within one call, each a request of its own: a call has to end in time.
MOST = 40
SOON = timedelta(seconds=1)
# He said so there already, or there is nobody left who could be written to.
NOTHING_NEW = re.compile(
    r"already (?:un)?subscribed|already opted"
    r"|(?:contact|recipient|email)\b.*(?:not found|does ?n[o']t exist)",
    re.IGNORECASE,
)
# He said no there himself, and HubSpot lets only him change that.
HIS_OWN_NO = re.compile(r"opted[- ]out|\bunsubscribed\b|cannot be updated", re.IGNORECASE)


class Subscriptions:
    """One kind of HubSpot's e-mails; does nothing when head office named none."""

    def __init__(self, api: Api, subscription_id: str) -> None:
        self.api = api
        self.subscription_id = subscription_id
        self.left = MOST

    def leave(self, contacts: Iterable[Contact]) -> None:
        """Take those out who said no, at the address that HubSpot has, before it is cleared."""
        for one in contacts:
            said = answer_of(one)
            if said and not said.is_given and one.told.get("subscribed") is not False:
                # The address of a contact that two share may be the other's, who said nothing.
                is_his = one.told.get("subscribed_as") == fingerprint(one.email_there)
                if is_his or not one.is_shared:
                    self._tell(one, said, one.email_there)

    def join(self, contacts: Iterable[Contact]) -> None:
        """Put those in who said yes, at their address, and those out who said no from the start."""
        for one in contacts:
            said = answer_of(one)
            if said and one.trouble is None and one.has_email and not one.is_shared:
                about = fingerprint(one.person.email)
                is_told = one.told.get("subscribed") is said.is_given
                if not is_told or (said.is_given and one.told.get("subscribed_as") != about):
                    self._tell(one, said, one.person.email)

    def _tell(self, one: Contact, said: Said, address: str) -> None:
        if not self.subscription_id or not address:
            return
        if not self.left:
            one.trouble = answers.unsent(SOON)
            return
        self.left -= 1
        path = "subscribe" if said.is_given else "unsubscribe"
        try:
            self.api.post(f"/communication-preferences/v3/{path}", self._status(said, address))
        except Refused as refusal:
            words = refusal.answer.words
            if not NOTHING_NEW.search(words) and not HIS_OWN_NO.search(words):
                one.trouble = refusal.answer
                return
        one.note_told(subscribed=said.is_given, subscribed_as=fingerprint(address))

    def _status(self, said: Said, address: str) -> dict[str, Any]:
        return {
            "emailAddress": address,
            "subscriptionId": self.subscription_id,
            "legalBasis": BASES[Consent.Basis(said.basis)],
            "legalBasisExplanation": said.wording,
        }


def answer_of(one: Contact) -> Said | None:
    """Return what he last said to offers by e-mail; nothing when he was never asked."""
    about = (Purpose.MARKETING, Channel.EMAIL)
    return next((said for said in one.person.said if (said.purpose, said.channel) == about), None)
