"""A worker dies in the middle of its work: everything arrives, once as the receiver sees it."""

from collections import defaultdict
from pathlib import Path

from tests.chaos.worlds import wait_until, world
from tests.receiver import Receiver, listening

EVENTS = 300
CUSTOMERS = 20
# Threads of the worker: each has at most one message under way.
SENDERS = 2


def test_everything_arrives_once_and_in_order_after_kill_9(tmp_path: Path) -> None:
    with listening() as crm, world(tmp_path) as shop:
        crm.stops_after = EVENTS // 3
        shop.connect(crm.url)
        shop.run("tests.chaos.record", str(EVENTS), str(CUSTOMERS), "0")
        shop.start_worker()
        wait_until(lambda: len(crm.messages) >= crm.stops_after, seconds=20)

        shop.kill_worker()
        crm.stops_after = 0
        crm.gate.set()
        shop.start_worker()
        wait_until(lambda: len(set(crm.ids)) == EVENTS, seconds=40)

    assert len(crm.once()) == EVENTS
    assert all(numbers == sorted(numbers) for numbers in heard(crm).values())
    # The message whose answer the killed worker never heard came again, under the same id.
    assert 1 <= len(crm.messages) - EVENTS <= SENDERS


def heard(crm: Receiver) -> dict[str, list[str]]:
    """Return the sequence numbers each customer's messages came with, as they came."""
    numbers = defaultdict(list)
    for event in crm.once():
        numbers[event["subject"]].append(event["sequence"])
    return numbers
