"""Guessing a password: counted per name and address, before it is looked at."""

from datetime import timedelta

import pytest

from stores import passwords
from stores.models import User
from tests.factories import NOON, make_user


@pytest.fixture
def anne(db: None) -> User:
    return make_user()


def check(password: str, *, name: str = "anne", address: str = "10.0.0.1", at=NOON) -> User:
    return passwords.check(username=name, password=password, address=address, at=at)


def guess(times: int, **asked: str) -> None:
    for _ in range(times):
        with pytest.raises(passwords.WrongPassword):
            check("not it", **asked)


def test_knows_the_user_by_name_and_password(anne: User) -> None:
    assert check("counter-2026") == anne


def test_refuses_the_right_password_after_five_wrong_ones(anne: User) -> None:
    guess(5)

    with pytest.raises(passwords.TooManyTries):
        check("counter-2026")


def test_lets_the_user_in_from_elsewhere_while_somebody_guesses(anne: User) -> None:
    guess(5)

    assert check("counter-2026", address="10.0.0.2") == anne


def test_forgets_wrong_passwords_once_it_was_right(anne: User) -> None:
    guess(4)
    check("counter-2026")

    guess(4)
    assert check("counter-2026") == anne


def test_forgets_wrong_passwords_after_a_quarter_of_an_hour(anne: User) -> None:
    guess(5)

    assert check("counter-2026", at=NOON + timedelta(minutes=15)) == anne


def test_stops_guessing_many_names_from_one_address(anne: User) -> None:
    for number in range(30):
        guess(1, name=f"somebody{number}")

    with pytest.raises(passwords.TooManyTries):
        check("counter-2026")


def test_lets_nobody_in_who_has_left(anne: User) -> None:
    User.objects.update(is_active=False)

    with pytest.raises(passwords.WrongPassword):
        check("counter-2026")


def test_counts_a_whole_network_of_the_new_internet_as_one_address(anne: User) -> None:
    for host in range(5):
        guess(1, address=f"2001:db8:1:2::{host}")

    with pytest.raises(passwords.TooManyTries):
        check("counter-2026", address="2001:db8:1:2:ffff::1")
    assert check("counter-2026", address="2001:db8:1:3::1") == anne


def test_keeps_old_addresses_apart_however_they_are_written(anne: User) -> None:
    guess(5, address="::ffff:10.0.0.1")

    assert check("counter-2026", address="::ffff:10.0.0.2") == anne
