"""Every page of head office opens, and every list asks a fixed number of queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.timezone import now

from customers import passes
from customers.models import (
    Consent,
    ConsentWording,
    Customer,
    Evidence,
    LoyaltyEntry,
    Message,
    Touch,
    Visit,
)
from omnistore.audit.models import AccessChange, Look
from omnistore.outbox import relay
from omnistore.outbox.models import Connection, Delivery, Event
from orders import opinions, returns
from orders.models import Opinion, Order, Payment, Refund, SalesImport, SatisfactionQuestion
from orders.quotes import Choice
from stores import keys
from stores.models import ApiKey, Clerk, PinTries, Store, Tablet, User
from tests.factories import (
    NOON,
    WEBHOOK_SECRET,
    make_cart,
    make_customer,
    make_opinion,
    make_order,
    make_policy,
    make_product,
    spaced,
)

REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
# Session, user, count, rows; the rest are the filters' choices.
CEILING = 12


def address(model: type[models.Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def world(lyon: Store, nadia: Clerk, tablet: Tablet) -> None:
    """Some rows of every model."""
    keys.make(store=lyon, name="Shop", scopes=["carts"])
    PinTries.objects.create(clerk=nadia, tablet=tablet, failures=1)
    make_policy()
    SalesImport.objects.create(fingerprint="f", file_name="x.csv", source="uci", started_at=NOON)
    bag = make_product("85099A")
    larger = make_product("85099B")
    SatisfactionQuestion.objects.create(occasion="SALE", asks="NPS", start_at=NOON)
    Connection.objects.create(name="CRM", url="https://crm.example/", secret=WEBHOOK_SECRET)
    wording = ConsentWording.objects.filter(purpose="MARKETING").first()
    wording = wording or ConsentWording.objects.create(
        purpose="MARKETING", language="fr", version=1, text="Oui.", in_force_at=NOON
    )
    for number in range(4):
        camille = make_customer(f"Camille{number}", phone=f"+3361234567{number}")
        live(camille, bag, larger, wording, tablet)
    relay.relay(at=now())


def live(
    customer: Customer, bag: Any, larger: Any, wording: ConsentWording, tablet: Tablet
) -> None:
    here: dict[str, Any] = {"customer": customer, "store": tablet.store, "clerk": tablet.clerk}
    Consent.objects.create(wording=wording, is_given=True, source="COUNTER", at=NOON, **here)
    LoyaltyEntry.objects.create(customer=customer, kind="IMPORTED", points=5, at=NOON)
    Touch.objects.create(channel="WEB", summary="Panier", at=NOON, **here)
    Visit.objects.create(outcome="IDENTIFIED", started_at=NOON, **here)
    passes.issue(customer=customer, at=NOON)
    due: dict[str, Any] = {"created_at": NOON, "next_at": NOON, "expires_at": NOON}
    Message.objects.create(
        customer=customer,
        address=f"{customer.first_name}@example.fr",
        purpose="MARKETING",
        channel="EMAIL",
        language="fr",
        template="news",
        variables={"name": customer.full_name},
        **due,
    )
    AccessChange.objects.create(
        kind="PIN_SET", subject_id=1, actor="CLERK", actor_id=1, device_id=1, at=NOON
    )
    Look.objects.create(customer_id=customer.pk, actor="CLERK", actor_id=1, reason="PAGE", at=NOON)
    make_cart(customer, [(bag, 1, 1990)])
    said = make_opinion(customer, tablet.store, asked_at=now())
    opinions.answer(asked=said, score=2, comment=customer.full_name, at=now())
    placed_at = now() - timedelta(days=3)
    order = make_order(
        customer, [(bag, 2, 1990), (larger, 1, 1990)], placed_at=placed_at, store=tablet.store
    )
    give_back(order, larger, tablet)


def give_back(order: Order, larger: Any, tablet: Tablet) -> None:
    first, second = order.lines.order_by("position")
    draft = returns.begin(order=order, store=tablet.store, at=now(), tablet=tablet)
    choices = [
        Choice(first.pk, 1, "STYLE", "AS_NEW"),
        Choice(second.pk, 1, "STYLE", "AS_NEW", "EXCHANGE", larger.pk),
    ]
    returns.choose(draft=draft, choices=choices)
    returns.take(draft=draft, at=now())


def test_registers_every_model_that_somebody_may_have_to_look_into() -> None:
    ours = {"stores", "customers", "orders", "audit", "outbox"}
    inside_others = {
        "orders.JournalHead",
        *("customers.NameKey", "orders.NumberSeries", "orders.CartLine", "orders.OrderLine"),
        *("orders.ReturnLine", "outbox.Stream", "stores.PasswordTries"),
        *("orders.DispositionChange", "orders.JoinedOrder", "orders.ReturnPhoto"),
        "orders.WithdrawnLine",
        *("orders.PricePoint", "orders.Adjustment", "orders.OrderPromotion"),
        "orders.PromotionShare",
        "customers.CodesAsked",
    }

    missing = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in ours and model not in admin.site._registry
    }

    assert missing <= inside_others


def test_opens_every_list_in_few_queries(
    office: Client, world: None, django_assert_max_num_queries: Any
) -> None:
    for model in REGISTERED:
        with django_assert_max_num_queries(CEILING, info=model._meta.label):
            answer = office.get(address(model, "changelist"))

        assert answer.status_code == 200, model


def test_opens_each_row_and_its_history(office: Client, world: None) -> None:
    for model in REGISTERED:
        for row in model._default_manager.all()[:2]:
            for page in ("change", "history"):
                answer = office.get(address(model, page, row.pk))

                assert answer.status_code == 200, (model, page)


def test_opens_the_form_for_a_new_one_where_there_may_be_one(
    office: Client, anne: User, rf: RequestFactory
) -> None:
    request = rf.get("/")
    request.user = anne
    for model, page in admin.site._registry.items():
        answer = office.get(address(model, "add"))

        assert answer.status_code == (200 if page.has_add_permission(request) else 403), model


def test_searches_for_anything(office: Client) -> None:
    for typed in ("W-000001", "1", "9" * 40, "\x00", str(Order().pk), "x" * 3000):
        for model in REGISTERED:
            answer = office.get(address(model, "changelist"), {"q": typed})

            assert answer.status_code == 200, (model, typed)


def test_finds_an_order_by_its_number_however_typed(office: Client, world: None) -> None:
    order = Order.objects.filter(number__startswith="W-").first()
    assert order is not None

    page = office.get(address(Order, "changelist"), {"q": order.number.lower().replace("-", " ")})

    assert [row.pk for row in page.context["cl"].result_list] == [order.pk]


def test_groups_the_index_by_what_one_comes_for(office: Client) -> None:
    page = office.get(reverse("admin:index"))

    names = [str(group["name"]) for group in page.context["app_list"]]
    listed = {row["object_name"] for group in page.context["app_list"] for row in group["models"]}
    assert len(names) == len(set(names))
    assert "Other" not in names
    assert listed == {model.__name__ for model in REGISTERED}


def test_notes_every_page_opened_on_a_person(office: Client, world: None, anne: User) -> None:
    evidence = Evidence.objects.select_related("customer").first()
    assert evidence is not None
    Look.objects.all().delete()

    office.get(address(Customer, "change", evidence.customer_id))
    office.get(address(Evidence, "change", evidence.pk))

    seen = Look.objects.values_list("actor", "actor_id", "customer_id", "reason")
    assert list(seen) == [("USER", anne.pk, evidence.customer_id, "ADMIN")] * 2


def test_shows_no_names_in_lists(office: Client, world: None) -> None:
    for model in REGISTERED:
        page = office.get(address(model, "changelist")).content.decode()

        assert "Camille0" not in page, model
        assert "Moreau" not in page, model
        assert "+33612345670" not in page, model
        assert "06 12 34 56 70" not in spaced(page), model


def test_lets_nobody_change_facts_money_and_consents(office: Client, world: None) -> None:
    for model in (
        Order,
        Payment,
        Refund,
        Consent,
        Look,
        LoyaltyEntry,
        Event,
        Delivery,
        Message,
        Opinion,
    ):
        row = model.objects.first()  # type: ignore[attr-defined]

        changed = office.post(address(model, "change", row.pk), {})
        deleted = office.post(address(model, "delete", row.pk), {"post": "yes"})

        assert (changed.status_code, deleted.status_code) == (403, 403), model


def test_logs_a_change_to_a_person_without_his_name(office: Client, world: None) -> None:
    camille = Customer.objects.get(first_name="Camille0")
    page = office.get(address(Customer, "change", camille.pk))
    form = {field.html_name: field.value() or "" for field in page.context["adminform"].form}
    inline = {"consents-TOTAL_FORMS": 0, "consents-INITIAL_FORMS": 0}

    answer = office.post(
        address(Customer, "change", camille.pk),
        form | inline | {"city": "Villeurbanne"},
        follow=True,
    )

    assert answer.redirect_chain
    camille.refresh_from_db()
    assert camille.city == "Villeurbanne"
    assert "Camille0" not in office.get(reverse("admin:index")).content.decode()


def test_writes_amounts_with_their_currency(office: Client, world: None) -> None:
    order = Order.objects.filter(number__startswith="W-", total=5970).first()
    assert order is not None

    page = office.get(address(Order, "change", order.pk)).content.decode()

    assert "59,70\xa0€" in page
    assert ">5970<" not in page


def test_has_no_inline_script_or_style(office: Client, world: None) -> None:
    for model in (Order, ApiKey, Customer, Clerk):
        for page in ("changelist", "add"):
            content = office.get(address(model, page)).content.decode()

            assert " style=" not in content, (model, page)
            assert " onclick=" not in content, (model, page)
            assert "<script>" not in content, (model, page)
