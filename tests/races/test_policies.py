"""Two in head office who announce a policy at once: each number is one version's."""

import pytest

from orders import policies
from orders.models import PolicyVersion
from tests.factories import NOON
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
RULES = [{"rule": "window", "days": 30, "level": "APPROVER"}]


def test_several_versions_announced_at_once_have_numbers_of_their_own() -> None:
    answers = at_once(6, lambda _: policies.announce(rules=RULES, start_at=NOON, at=NOON))

    written = [answer.version for answer in answers if isinstance(answer, PolicyVersion)]
    refused = [answer for answer in answers if isinstance(answer, policies.VersionTaken)]
    assert written
    assert len(written) + len(refused) == 6
    assert sorted(written) == list(range(1, len(written) + 1))
    assert PolicyVersion.objects.count() == len(written)
