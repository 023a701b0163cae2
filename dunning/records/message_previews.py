"""What a message would say: with a made-up letter, or for a case as it stands. Nothing is queued."""

from datetime import datetime
from uuid import UUID

from dunning.documents.write_message import Written, write_message
from dunning.queries.case_facts import load_cases
from dunning.records.letters import letter_for, sample_letter


def preview_template(*, template: str, language: str, is_overdue: bool = False) -> Written:
    """A template with made-up names and amounts."""
    letter = sample_letter(is_overdue=is_overdue)
    return write_message(template=template, language=language, letter=letter)


def preview_message(*, case_id: UUID, template: str, at: datetime) -> Written:
    """A template as the case's customer would read it now; how it is charged is left out."""
    (loaded,) = load_cases(case_ids=[case_id], at=at)
    letter = letter_for(loaded=loaded, method_words="", at=at)
    return write_message(template=template, language=loaded.case.customer.language, letter=letter)
