"""The two questions after a contact has helped: did the person feel listened to, could they use what they are good at.

They follow *mattering*: feeling valued and adding value (I. Prilleltensky, "Mattering at the Intersection of Psychology,
Philosophy, and Politics", American Journal of Community Psychology 65, 2020). Each answer is stored by itself, by week.
"""

from datetime import date

from sqlalchemy.orm import Session

from bot.needs.counting import count
from bot.needs.patterns import Filters, Source, Table, table
from bot.records.tables import Pulse
from knowledge.library import Library

QUESTIONS = ("listened", "contributed")
ANSWERS = ("yes", "partly", "no")


def record(
    session: Session,
    question: str,
    answer: str,
    *,
    language: str,
    place: str | None,
    channel: str,
    today: date | None = None,
) -> None:
    """Count one answer. There is no argument for whose it was, and no row for it.

    Raises:
        ValueError: no such question or answer.
    """
    if question not in QUESTIONS or answer not in ANSWERS:
        raise ValueError(f"{question}-{answer} is no answer to a question of the pulse")
    count(session, Pulse, today, question=question, answer=answer, language=language, place=place, channel=channel)


def results(
    session: Session, library: Library, question: str, filters: Filters | None = None, by: str | None = None
) -> Table:
    """How a question was answered: a row for each answer, and a column for each value of another dimension.

    Args:
        filters: since, until, language, place or channel.
        by: week, month, quarter, year, language, place or channel.
    """
    return table(session, library, filters or Filters(), "answer", by, source=_answers(question))


def _answers(question: str) -> Source:
    columns = {"time": "week", **{name: name for name in ("answer", "language", "place", "channel")}}
    return Source(Pulse, columns, ("question", (question,)))
