"""Passwords made of the words of this place are refused; long ones that contain one are fine."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from config.own_words import OwnWordsValidator


@pytest.mark.parametrize("password", ["Seatledger2026!", "invoice-invoice", "FinanceBilling99"])
def test_words_of_this_place_are_no_password(password):
    with pytest.raises(ValidationError, match="nothing to do with this application"):
        OwnWordsValidator().validate(password)


def test_a_passphrase_may_contain_one():
    OwnWordsValidator().validate("an invoice for nine green umbrellas")


def test_the_settings_ask_for_it(settings):
    with pytest.raises(ValidationError, match="nothing to do with this application"):
        validate_password("seatledger-2026")


def test_sixty_four_and_more_characters_of_any_kind_are_fine():
    validate_password("ü 7€" * 24)
