"""
Messages: what we write to people, recorded with what wants it and sent afterwards.

    messages.write(
        purpose=Purpose.RECEIPT, channel=Channel.EMAIL, template="receipt",
        variables={"number": order.number}, customer=order.customer, at=at,
    )

The row is the queue: a worker leases a batch of them, sends outside any transaction, and marks
what is still leased to it. One that dies leaves its batch to the next when the lease ends, so that
a message may arrive twice (under one id) and is never lost. It is tried again with longer and
longer breaks, and given up when it is too late. What is in it is sealed, and emptied when it ended.
"""

import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from customers import consent, letters, mailing, sms
from customers.mailing import Mailing
from customers.models import Customer, Evidence, Identifier, Message
from omnistore.outbox import answers, schedule
from omnistore.outbox.answers import Answer, Verdict
from omnistore.outbox.events import OutsideTransaction
from omnistore.outbox.schedule import Chance

logger = logging.getLogger(__name__)

Purpose = Message.Purpose
Channel = Message.Channel
State = Message.State
# One lease: a worker that died lets go of so many messages after so long.
BATCH = 20
LEASE = timedelta(seconds=60)
# A worker turns to something else after so long; the next bell or sweep goes on.
SHIFT = timedelta(seconds=30)
# What became of a code is asked for days later at most; of an offer as long as its link refuses.
CODES_KEPT = timedelta(days=30)
KEPT = timedelta(days=3 * 365)
# What one call may last; no message is begun that the lease may not outlive.
CALL = timedelta(seconds=20)
# A break of no time would be tried again in the same breath.
LEAST_BREAK = timedelta(seconds=1)
EMPTY: dict[str, Any] = {"address": "", "variables": {}, "lease": None}
_KINDS = {Channel.EMAIL: Identifier.Kind.EMAIL, Channel.SMS: Identifier.Kind.PHONE}


class Claim(NamedTuple):
    """Messages that are one worker's until then."""

    lease: uuid.UUID
    until: datetime
    messages: list[Message]


def write(
    *,
    purpose: str,
    channel: str,
    template: str,
    variables: Mapping[str, str],
    customer: Customer | None = None,
    address: str = "",
    language: str = "",
    good_for: timedelta = schedule.MAX_AGE,
    due_at: datetime | None = None,
    at: datetime,
) -> Message:
    """
    Return the message, to be sent after the commit; called in the transaction that wants it.

    It goes to `address` (normalised) or, without one, to what the customer has when it is sent, in
    his language or, for nobody we know, in `language`. `template` is a folder of
    templates/messages, `variables` are what it knows. Nobody sends it before `due_at`, nor later
    than `good_for` after that.

    Raises:
        OutsideTransaction: it would go out though what wants it may not happen.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(template)
    spoken = customer.language if customer else language
    transaction.on_commit(ring, robust=True)
    return Message.objects.create(
        customer=customer,
        address=address,
        purpose=purpose,
        channel=channel,
        language=spoken if spoken in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
        template=template,
        variables=dict(variables),
        created_at=at,
        next_at=due_at or at,
        expires_at=(due_at or at) + good_for,
    )


def way_to(customer: Customer, *, purpose: str) -> str:
    """Return the channel on which he may be written to for it, e-mail first; empty: on none."""
    for channel, is_on in ((Channel.EMAIL, mailing.is_on()), (Channel.SMS, sms.is_on())):
        unsent = Message(customer=customer, purpose=purpose, channel=channel)
        if is_on and _is_allowed(unsent) and _address(unsent):
            return channel
    return ""


def ring() -> None:
    """Wake a worker; a bell that is lost costs one sweep."""
    if settings.OMNISTORE_MESSAGE_BELL:
        import_string(settings.OMNISTORE_MESSAGE_BELL)()


def drop_all(customer: Customer) -> None:
    """Let nothing go out to him any more that waits, in the transaction that forgets him."""
    Message.objects.filter(customer=customer, state=State.WAITING).update(
        state=State.DROPPED, failure="erased", **EMPTY
    )


def tidy(*, at: datetime) -> None:
    """Delete what ended and is older than `KEPT`; what waits stays until it ends."""
    ended = Message.objects.exclude(state=State.WAITING)
    codes = Q(purpose=Purpose.ONE_TIME_CODE)
    ended.filter(codes, created_at__lte=at - CODES_KEPT).delete()
    ended.filter(~codes, created_at__lte=at - KEPT).delete()


def send_due(*, clock: Callable[[], datetime], chance: Chance) -> int:
    """Send what is due, for one shift at most; return how many went out. Calls the network."""
    ends_at, sent = clock() + SHIFT, 0
    while clock() < ends_at:
        claim = claim_due(at=clock())
        if not claim.messages:
            break
        with Mailing() as mails:
            for message in claim.messages:
                if clock() + CALL > claim.until:
                    break
                sent += _send(message, claim, mails, clock, chance)
    return sent


def claim_due(*, at: datetime, most: int = BATCH) -> Claim:
    """Lease to the caller what is due, first what cannot wait; of two at once each gets others."""
    lease, until = uuid.uuid4(), at + LEASE
    # A code for ten minutes goes before thousands of offers for three days.
    due = Message.objects.filter(state=State.WAITING, next_at__lte=at).order_by("expires_at")
    with transaction.atomic():
        # SQLite has one writer at a time, and skips nothing.
        rows = due.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)
        Message.objects.filter(pk__in=list(rows[:most])).update(lease=lease, next_at=until)
    mine = Message.objects.filter(lease=lease).select_related("customer")
    return Claim(lease, until, list(mine.order_by("expires_at", "created_at")))


def _send(
    message: Message, claim: Claim, mails: Mailing, clock: Callable[[], datetime], chance: Chance
) -> bool:
    to = _address(message)
    changes = _ended(message, to, clock())
    if changes is None:
        answer = _handed_over(message, to, mails)
        changes = _after(answer, message, clock(), chance)
    # Fenced: whoever slept past his lease marks nothing.
    kept = Message.objects.filter(pk=message.pk, lease=claim.lease, state=State.WAITING)
    return bool(kept.update(**changes)) and changes.get("state") == State.SENT


def _ended(message: Message, to: str, at: datetime) -> dict[str, Any] | None:
    """Return how a message ends that nobody wants any more, None when it is to be sent."""
    if message.expires_at <= at:
        return {"state": State.FAILED, "failure": message.failure or "too late", **EMPTY}
    if not _is_allowed(message):
        return {"state": State.DROPPED, "failure": "no consent", **EMPTY}
    return None if to else {"state": State.DROPPED, "failure": "no address", **EMPTY}


def _is_allowed(message: Message) -> bool:
    if not message.is_prospecting or message.customer is None:
        return not message.is_prospecting
    return consent.allows(message.customer, message.consent_purpose, message.channel)


def _handed_over(message: Message, to: str, mails: Mailing) -> Answer:
    try:
        if message.channel == Channel.EMAIL:
            return mails.send(letters.mail_of(message, to=to))
        return sms.send(number=to, text=letters.text_of(message), key=str(message.pk))
    except Exception as error:
        # A bug in one template delays no other message; what it says may be personal.
        logger.error("messages: broke message=%s error=%s", message.pk, type(error).__name__)
        return answers.silence("broken")


def _after(answer: Answer, message: Message, at: datetime, chance: Chance) -> dict[str, Any]:
    """Return what the answer changes: sent, given up, or tried again after a break."""
    tried = message.attempts + 1
    if answer.verdict is Verdict.DONE:
        return {"state": State.SENT, "sent_at": at, "attempts": tried, "failure": "", **EMPTY}
    failure = f"answered {answer.status}" if answer.status else answer.words[:40]
    logger.warning("messages: not sent message=%s failure=%s", message.pk, failure)
    if answer.verdict is Verdict.DEAD:
        return {"state": State.FAILED, "attempts": tried, "failure": failure, **EMPTY}
    wait = schedule.delay(attempts=tried, chance=chance, asked=answer.retry_after)
    next_at = min(at + max(wait, LEAST_BREAK), message.expires_at)
    return {"attempts": tried, "failure": failure, "next_at": next_at, "lease": None}


def _address(message: Message) -> str:
    """Return where the message goes: as it was said, or the last the customer gave."""
    if message.address or message.customer is None:
        return message.address
    held = Evidence.objects.filter(
        customer=message.customer,
        ended_at=None,
        identifier__kind=_KINDS[Channel(message.channel)],
        identifier__is_blocked=False,
    )
    values = held.order_by("-started_at", "-pk").values_list("identifier__value", flat=True)
    return values.first() or ""
