"""Lists of people: every bad file says where it is bad and what to do."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.calc.people_file import (
    COLUMNS,
    FileRow,
    FileUnreadable,
    read_people_bytes,
    read_people_text,
)


def test_columns_may_come_in_any_order_and_with_everyday_names():
    rows = read_people_text("Team;E-Mail;Full name\nSales; ada@x.example ;Ada\n\n;bob@x.example;\n")

    assert rows == (
        FileRow(2, "ada@x.example", "Ada", group="Sales"),
        FileRow(4, "bob@x.example"),
    )


def test_pasted_rows_need_no_column_names():
    assert read_people_text("ada@x.example,Ada,member,Sales,assign") == (
        FileRow(1, "ada@x.example", "Ada", "member", "Sales", "assign"),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nobody in it"),
        ("email,name\n", "nobody below"),
        ("name,group\nAda,Sales", "Line 1 names no column “email”"),
        ("email,shoe size\na@x.example,42", "Line 1, column 2: “shoe size” is not known"),
        ("email,name,name\na@x.example,A,A", "Line 1, column 3: “name” is there twice"),
        ("email,name\na@x.example,A,B", "Line 2, column 3: there are more cells"),
        ('email,name\na@x.example,"A', "Line 2 cannot be read: a quotation mark"),
        (f"email\n{'a' * 255}@x.example", "Line 2, column 1: the email is too long"),
        ("email\na@x.example\x00", "This is no text"),
    ],
)
def test_a_bad_file_says_where_and_what_to_do(text, said):
    with pytest.raises(FileUnreadable, match=said):
        read_people_text(text)


def test_a_file_in_another_encoding_names_its_line():
    with pytest.raises(FileUnreadable, match="Line 2 holds letters that are not UTF-8"):
        read_people_bytes("email,name\na@x.example,Jürgen".encode("latin-1"))


def test_more_than_fits_is_refused_before_it_is_read():
    with pytest.raises(FileUnreadable, match="5001 people; 5000 fit"):
        read_people_text("email\n" + "a@x.example\n" * 5001)
    with pytest.raises(FileUnreadable, match="2 MB"):
        read_people_bytes(b"a" * 2_000_001)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    with suppress(FileUnreadable):
        rows = read_people_text(text)
        assert all(isinstance(getattr(row, name), str) for row in rows for name in COLUMNS)
