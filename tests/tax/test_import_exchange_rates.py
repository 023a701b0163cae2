"""The command that imports exchange rates: a file once, and a plain word for what is no such file."""

import pytest
from django.core.management import CommandError, call_command

from tax.models import ExchangeRate

pytestmark = pytest.mark.django_db
CSV = "\ufeffDate,USD,NOK,\n2026-01-15,1.1650,11.72,\n"


def test_a_file_is_recorded_once_and_the_command_says_so(tmp_path, capsys):
    path = tmp_path / "eurofxref.csv"
    path.write_text(CSV, encoding="utf-8")

    call_command("import_exchange_rates", path)
    call_command("import_exchange_rates", path)

    assert capsys.readouterr().out == "2 rates recorded.\n0 rates recorded.\n"
    assert set(ExchangeRate.objects.values_list("quote", flat=True)) == {"USD", "NOK"}


def test_what_cannot_be_read_ends_the_command_with_two(tmp_path):
    wrong, binary = tmp_path / "wrong.csv", tmp_path / "zip.csv"
    wrong.write_text("Day,USD\n")
    binary.write_bytes(b"PK\x03\x04\xff\xfe")

    for path, reason in (
        (wrong, "Line 1"),
        (binary, "cannot be read"),
        (tmp_path / "none.csv", "cannot be read"),
    ):
        with pytest.raises(CommandError, match=reason) as refusal:
            call_command("import_exchange_rates", path)
        assert refusal.value.returncode == 2


def test_one_source_is_named_and_not_two(tmp_path):
    for said in ([], [str(tmp_path / "x.csv"), "--ecb"]):
        with pytest.raises(CommandError, match="Name a file, or say --ecb"):
            call_command("import_exchange_rates", *said)
