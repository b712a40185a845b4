"""The two questions after a contact has helped: did the person feel listened to, could they use what they are good at.

They follow *mattering*: feeling valued and adding value (I. Prilleltensky, "Mattering at the Intersection of Psychology,
Philosophy, and Politics", American Journal of Community Psychology 65, 2020). Each answer is stored by itself, by week.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.needs.needs import SMALLEST
from bot.records.tables import Pulse, week_of

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
    kind = {
        "week": week_of(today or date.today()),
        "question": question,
        "answer": answer,
        "language": language,
        "place": place,
        "channel": channel,
    }
    counted = session.scalar(select(Pulse).filter_by(**kind).with_for_update())
    if counted is None:
        counted = Pulse(**kind, number=0)
        session.add(counted)
    counted.number += 1


@dataclass(frozen=True)
class Result:
    """How one question was answered. `counts` is None when fewer than SMALLEST answered, or one answer is so rare."""

    question: str
    counts: dict[str, int] | None


def results(session: Session) -> list[Result]:
    """The answers to each question, shown only when no figure, nor the rest of a total, is under SMALLEST."""
    query = select(Pulse.question, Pulse.answer, func.sum(Pulse.number)).group_by(Pulse.question, Pulse.answer)
    found = {(question, answer): number for question, answer, number in session.execute(query).tuples()}
    shown = []
    for question in QUESTIONS:
        counts = {answer: found.get((question, answer), 0) for answer in ANSWERS}
        safe = all(number == 0 or number >= SMALLEST for number in counts.values()) and any(counts.values())
        shown.append(Result(question, counts if safe else None))
    return shown
