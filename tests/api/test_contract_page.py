"""/api/docs/: every operation for people, searchable, without scripts."""

from django.test import Client

from billing.api.docs_page import operation_cards
from billing.api.document import document


def test_every_operation_stands_on_the_page_with_its_scope_and_codes(db):
    page = Client().get("/api/docs/").content.decode()

    for card in operation_cards(document()):
        assert f'id="{card.name}"' in page
        assert card.scope
    assert "idempotency_key_reused" in page
    assert "<script" not in page


def test_a_search_leaves_the_operations_that_speak_of_all_its_words(db):
    page = Client().get("/api/docs/", {"q": "Changes PREVIEW"}).content.decode()

    assert 'id="subscription_preview"' in page
    assert 'id="customers"' not in page


def test_a_search_that_finds_nothing_says_what_to_do(db):
    page = Client().get("/api/docs/", {"q": "<b>"}).content.decode()

    assert "see all operations" in page
    assert "<b>" not in page


def test_an_example_holds_what_is_required():
    (card,) = [one for one in operation_cards(document()) if one.name == "subscription_create"]

    for row in card.body:
        assert not row.is_required or f'"{row.name}"' in card.example


def test_the_document_is_served_without_a_key_and_made_once(db, django_assert_num_queries):
    for form in ("json", "yaml"):
        with django_assert_num_queries(0):
            answer = Client().get("/api/v1/openapi", {"format": form})
        assert answer.status_code == 200
