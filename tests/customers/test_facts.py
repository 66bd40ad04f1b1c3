"""Facts hold ids and codes: nothing by which a stranger could know the person."""

import dataclasses
import json

import pytest

from customers import checkins, consent, facts, identity, loyalty, signup, visits
from omnistore.outbox.facts import Fact
from omnistore.outbox.models import Event
from stores.models import Clerk, Register, Store, Tablet
from tests.factories import NOON

FACTS = [kind for kind in vars(facts).values() if isinstance(kind, type) and kind is not Fact]
PERSONAL = {"name", "phone", "email", "card", "value", "address", "city", "text", "summary"}
GIVEN = {"Éloïse", "Lefèvre", "612345678", "eloise", "example.fr", "2990000000019", "Lyon"}


@pytest.mark.parametrize("kind", FACTS)
def test_has_no_field_for_personal_data(kind: type[Fact]) -> None:
    fields = {field.name for field in dataclasses.fields(kind)}

    assert not fields & (PERSONAL | {f"{word}_name" for word in ("first", "last", "full")})


@pytest.mark.django_db
def test_says_nothing_personal_about_a_person_who_gave_everything(
    lyon: Store, till: Register, tablet: Tablet, nadia: Clerk
) -> None:
    consent.default_wordings(at=NOON)
    eloise = signup.sign_up(
        first_name="Éloïse",
        last_name="Lefèvre",
        phone="06 12 34 56 78",
        email="eloise@example.fr",
        card="2990000000019",
        city="Lyon",
        country="FR",
        consents={wording.pk: True for wording in consent.asked("fr", at=NOON)},
        store=lyon,
        tablet=tablet,
        clerk=nadia,
        language="fr",
        source="COUNTER",
        at=NOON,
    )
    identity.claim(customer=eloise, kind="PHONE", value="+33712345678", source="COUNTER", at=NOON)
    withdrawn = consent.asked("fr", at=NOON)[0]
    consent.record(
        customer=eloise,
        wording=withdrawn,
        is_given=False,
        source="COUNTER",
        store=lyon,
        tablet=tablet,
        clerk=nadia,
        at=NOON,
    )
    visits.anonymous(store=lyon, tablet=tablet, clerk=nadia, at=NOON)
    checkins.announce(register=till, customer=eloise, how="KNOWN", at=NOON)
    checkins.withdraw(register=till, customer=eloise, at=NOON)
    loyalty.earn(customer_id=eloise.pk, points=12, event=loyalty.Event("sale", NOON))

    told = {
        event.name: json.dumps(event.payload, ensure_ascii=False) for event in Event.objects.all()
    }

    assert set(told) == {kind.name for kind in FACTS}
    assert not [word for word in GIVEN for payload in told.values() if word in payload]
