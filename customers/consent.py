"""Consent: a ledger of what each person was asked, in which words, and what he said."""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from customers.facts import ConsentGiven, ConsentWithdrawn
from customers.models import Consent, ConsentWording, Customer
from omnistore.outbox import events
from stores.models import Clerk, Store, Tablet

Purpose = ConsentWording.Purpose
Channel = ConsentWording.Channel


class Question(NamedTuple):
    """A consent that is asked for, in each language."""

    purpose: str
    channel: str
    french: str
    english: str


# The first versions; head office writes later ones. Asked in this order.
QUESTIONS = (
    Question(
        Purpose.RECEIPT,
        Channel.EMAIL,
        "Je souhaite recevoir mon ticket de caisse par e-mail plutôt que sur papier. "
        "Mon adresse ne sert alors qu’à cet envoi.",
        "I would like my receipt by e-mail instead of on paper. "
        "My address is then used for this only.",
    ),
    Question(
        Purpose.MARKETING,
        Channel.EMAIL,
        "J’accepte de recevoir par e-mail les offres et les nouveautés du magasin. "
        "Je peux m’y opposer à tout moment.",
        "I agree to receive the shop’s offers and news by e-mail. I can refuse them at any time.",
    ),
    Question(
        Purpose.MARKETING,
        Channel.SMS,
        "J’accepte de recevoir par SMS les offres et les nouveautés du magasin. "
        "Je peux m’y opposer à tout moment.",
        "I agree to receive the shop’s offers and news by SMS. I can refuse them at any time.",
    ),
    Question(
        Purpose.MARKETING,
        Channel.PHONE,
        "J’accepte d’être appelé au téléphone pour des offres du magasin. "
        "Je peux retirer cet accord à tout moment.",
        "I agree to be called on the phone about the shop’s offers. "
        "I can withdraw this at any time.",
    ),
    Question(
        Purpose.PROFILING,
        Channel.NONE,
        "J’accepte que mes achats en magasin et en ligne servent à me conseiller personnellement. "
        "Je peux retirer cet accord à tout moment.",
        "I agree that my purchases in store and online are used to give me personal advice. "
        "I can withdraw this at any time.",
    ),
)
ORDER = {(question.purpose, question.channel): place for place, question in enumerate(QUESTIONS)}


def asked(language: str, *, at: datetime | None = None) -> list[ConsentWording]:
    """
    Return what is asked today: of each purpose and channel the newest wording in force.

    Nothing of it may be ticked beforehand. What was never said in the language is asked in the
    shop's own.
    """
    in_force = ConsentWording.objects.filter(in_force_at__lte=at or now()).order_by("version")
    spoken = (language, settings.LANGUAGE_CODE)
    wordings = sorted(in_force.filter(language__in=spoken), key=lambda it: it.language == language)
    newest = {_subject(wording): wording for wording in wordings}
    return sorted(newest.values(), key=lambda wording: ORDER.get(_subject(wording), len(ORDER)))


@transaction.atomic
def record(
    *,
    customer: Customer,
    wording: ConsentWording,
    is_given: bool,
    source: str,
    store: Store | None,
    tablet: Tablet | None,
    clerk: Clerk | None,
    proof: str = "",
    at: datetime,
) -> Consent:
    """
    Write one answer into the ledger: the question as it was asked, given or not.

    Others hear of it when it changes what we may do: a yes, or a no after a yes.
    """
    was_given = allows(customer, wording.purpose, wording.channel)
    entry = Consent.objects.create(
        customer=customer,
        wording=wording,
        store=store,
        tablet=tablet,
        clerk=clerk,
        is_given=is_given,
        source=source,
        proof=proof,
        at=at,
    )
    if is_given or was_given:
        events.record(_fact(entry), at=at)
    return entry


def current(customer: Customer) -> list[Consent]:
    """Return each purpose and channel’s last entry in asking order, wording and store joined."""
    entries = Consent.objects.filter(customer=customer).select_related("wording", "store")
    last = {_subject(entry.wording): entry for entry in entries.order_by("at", "pk")}
    return sorted(last.values(), key=lambda entry: ORDER.get(_subject(entry.wording), len(ORDER)))


def allows(customer: Customer, purpose: str, channel: str) -> bool:
    """Whether the customer's last answer for that purpose and channel was yes."""
    answers = Consent.objects.filter(
        customer=customer, wording__purpose=purpose, wording__channel=channel
    )
    return bool(answers.order_by("-at", "-pk").values_list("is_given", flat=True).first())


def default_wordings(*, at: datetime | None = None) -> list[ConsentWording]:
    """
    Return the first wordings in French and English, made where there are none yet.

    Safe to call twice; a later version written by head office stays the newest.
    """
    moment = at or now()
    ConsentWording.objects.bulk_create(
        (
            ConsentWording(
                purpose=question.purpose,
                channel=question.channel,
                language=language,
                version=1,
                text=text,
                in_force_at=moment,
            )
            for question in QUESTIONS
            for language, text in (("fr", question.french), ("en", question.english))
        ),
        ignore_conflicts=True,
    )
    return list(ConsentWording.objects.filter(version=1).order_by("pk"))


def _subject(wording: ConsentWording) -> tuple[str, str]:
    return wording.purpose, wording.channel


def _fact(entry: Consent) -> ConsentGiven | ConsentWithdrawn:
    kind = ConsentGiven if entry.is_given else ConsentWithdrawn
    return kind(
        customer_id=entry.customer_id,
        store_code=entry.store.code if entry.store else "",
        consent_id=entry.pk,
        purpose=entry.wording.purpose,
        channel=entry.wording.channel,
        wording_id=entry.wording_id,
        wording_version=entry.wording.version,
    )
