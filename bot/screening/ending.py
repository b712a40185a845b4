"""What is said when a household has been gone through. Nothing found is never "you have no rights"."""

from datetime import date

from bot import answers
from bot.effects import Effect, RecordNeed
from bot.replies import Choice, Link, Reply, ScreenedCard
from bot.screening.household import Household, fitting
from bot.screening.result import about, digest, first_things, result
from bot.speech import Speech
from knowledge.eligibility.telling import Result as Scheme
from knowledge.library import Library

_REAL = {"situation": frozenset({"need_now", "debt"}), "housing": frozenset({"nowhere"})}
"""Answers that tell of a need, whether or not there is a scheme for it."""


def end(
    library: Library, s: Speech, place: str | None, on: date, household: Household
) -> tuple[Reply, tuple[Effect, ...]]:
    """The first things to do, where to see all of it, and a person. Where nothing is likely although there is a need,
    that is recorded; where none was told of, the person can say that there is one."""
    found = result(library, fitting(library, household.facts, on), household.skipped, s.code, place, on)
    topics = [Choice(id=item.scheme.topic, title=_title(item.scheme, s)) for item in first_things(found)]
    choices = [*topics, answers.a_person(s), Choice(id="screen:check", title=s.gettext("Change an answer"))]
    text = digest(found, s)
    effects: tuple[Effect, ...] = ()
    if not found.likely:
        more = s.gettext("There are more schemes than I have looked at. A person can look at it with you.")
        text = f"{text}\n{more}"
        if _is_in_need(household):
            effects = (no_scheme(),)
        else:
            choices.insert(len(topics), Choice(id="screen:need", title=s.gettext("I need help all the same")))
    reply = Reply(
        text=text,
        language=s.code,
        choices=tuple(choices),
        links=(Link(title=s.gettext("See all of it, and how to apply"), url="/result", language=s.code),),
        card=ScreenedCard(listed=len(topics)),
    )
    return reply, effects


def no_scheme() -> RecordNeed:
    """There is a need, and no scheme for it was found."""
    return RecordNeed(moment="screening", barrier="not_eligible")


def _title(scheme: Scheme, s: Speech) -> str:
    return ": ".join(filter(None, (scheme.title.text, about(scheme.amount, s))))


def _is_in_need(household: Household) -> bool:
    told = ((household.facts.get(fact), real) for fact, real in _REAL.items())
    return any(not real.isdisjoint(value if isinstance(value, list) else [value]) for value, real in told)
