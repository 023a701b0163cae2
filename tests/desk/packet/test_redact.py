"""Persons are replaced wherever they are named, the same person always by the same pseudonym."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from desk.calc.redact import Person, Redactor, pseudonym

SECRET = b"of this installation"
UMA = Person("uma", ("Uma User", "uma@acme.example", "uma-17"))
AL = Person("al", ("Al",))
NAME = st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=12)


def redactor(*people: Person, **options) -> Redactor:
    return Redactor(people, secret=SECRET, **options)


def test_every_way_a_person_is_written_has_one_pseudonym():
    found = {redactor(UMA).text(one) for one in (*UMA.names, "UMA USER", "Uma@Acme.example")}

    assert found == {pseudonym("uma", SECRET)}


def test_a_name_inside_a_text_is_replaced_as_a_whole_word():
    uma = pseudonym("uma", SECRET)

    assert redactor(UMA).text("Thanks, Uma User (uma-17)!") == f"Thanks, {uma} ({uma})!"
    assert redactor(UMA).text("Uma Userson and uma-170") == "Uma Userson and uma-170"


def test_a_short_name_is_replaced_only_where_it_stands_alone():
    assert redactor(AL).text("Al") == pseudonym("al", SECRET)
    assert redactor(AL).text("Al paid") == "Al paid"


def test_an_address_nobody_recorded_is_replaced_and_the_sellers_own_is_kept():
    asked = "From jo@else.example to billing@works.example"

    text = redactor(kept=["billing@works.example"]).text(asked)

    assert text == f"From {pseudonym('jo@else.example', SECRET)} to billing@works.example"


def test_whoever_comes_first_gives_the_pseudonym_of_a_name_two_share():
    shared = Person("other", ("uma-17",))

    assert redactor(UMA, shared).text("uma-17") == pseudonym("uma", SECRET)


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    hashed: dict[str, str]
    inside: tuple["Row", ...] = ()
    texts: dict[str, list[str]] | None = None


def test_records_of_any_depth_are_redacted_but_for_what_is_left_as_it_is():
    uma = pseudonym("uma", SECRET)
    row = Row("Uma User", {"kind": "uma-17"}, (Row("x", {}),), {"to": ["uma@acme.example", "y"]})

    assert redactor(UMA, as_is=["hashed"]).record(row) == Row(
        uma, {"kind": "uma-17"}, (Row("x", {}),), {"to": [uma, "y"]}
    )


def test_another_secret_gives_other_pseudonyms():
    assert pseudonym("uma", SECRET) != pseudonym("uma", b"of another")


@given(name=NAME, before=st.text(" .,(", max_size=3), after=st.text(" .,)", max_size=3))
def test_no_known_name_survives(name, before, after):
    text = redactor(Person("key", (name,))).text(f"{before}{name}{after}")

    assert text == f"{before}{pseudonym('key', SECRET)}{after}"
