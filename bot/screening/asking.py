"""How a question of a screening is put: its choices, which words to write, an example, and why it is asked."""

from datetime import date

from bot.replies import Choice, QuestionCard, Reply
from bot.screening import telling
from bot.screening.household import PLACE, Household, fitting
from bot.screening.words import word
from bot.speech import Speech
from knowledge.eligibility.questions import concerned
from knowledge.eligibility.telling import outcomes_of, told_of
from knowledge.eligibility.telling import question as question_of
from knowledge.library import Library

MISSES = 2
"""How often in a row an answer that was not understood is asked for again before skipping is offered."""
_CONCERNS = 3
"""How many of the schemes that a question is about are named."""
_EXAMPLES = {
    "years": "34",
    "months": "8",
    "hours_a_week": "20",
    "kr_a_month": "9000",
    "kr_a_year": "250000",
    "kr": "8000",
}


def kind_of(library: Library, fact: str) -> str:
    return "choice" if fact == PLACE else library.vocabulary.facts[fact].kind


def question(library: Library, s: Speech, on: date, household: Household, fact: str, lead: str = "") -> Reply:
    """A question. Only those that are answered by choosing have numbered choices: by SMS "2" picks one, or is an age.

    Args:
        lead: what is said before it.
    """
    kind = kind_of(library, fact)
    asked, language = telling.asked(library, fact, s, on), s.code
    if fact != PLACE:
        found = question_of(library, fact, s.code, on).question
        asked, language = found.text, found.language
    message = "\n\n".join(filter(None, (lead, asked)))
    ways = [
        Choice(id=f"pass_over:{fact}", title=s.gettext("I would rather not answer")),
        Choice(id=f"why:{fact}", title=s.gettext("Why do you ask?")),
        Choice(id="screen:pause", title=s.gettext("Stop here for now")),
    ]
    titles = telling.titles(library, fact, s, on)
    if kind == "yes_no":
        titles = {"yes": s.gettext("Yes"), "no": s.gettext("No")}
    elif kind == "ages":
        ways.insert(0, Choice(id=f"fact:{fact}-none", title=s.gettext("No children at home")))
    return Reply(
        text="\n\n".join(filter(None, (message, _hint(kind, s, first=not household.facts)))),
        language=language,
        choices=tuple(Choice(id=f"fact:{fact}-{name}", title=title) for name, title in titles.items()),
        card=QuestionCard(message=message, several=kind == "several", ways=tuple(ways)),
    )


def _hint(kind: str, s: Speech, *, first: bool) -> str:
    """Which words to write, where there are no buttons."""
    hints = []
    if kind == "ages":
        hints.append(s.fill(s.gettext("Write “{none}” if there are none."), none=word("none", s.code)))
    elif kind == "several":
        text = s.gettext("Write the numbers that fit, for example 1 3, or “{none}”.")
        hints.append(s.fill(text, none=word("none", s.code)))
    if first:
        text = s.gettext("You can always write “{skip}”, “{why}” or “{pause}”.")
        said = {name: word(name, s.code) for name in ("skip", "why", "pause")}
        hints.append(s.fill(text, **said))
    return " ".join(hints)


def example(library: Library, s: Speech, household: Household, fact: str) -> str:
    """What an answer can look like; after some tries, that the question can be skipped."""
    if household.misses > MISSES:
        text = s.gettext("I still do not understand the answer. Write “{skip}”, and we go past this question.")
        return s.fill(text, skip=word("skip", s.code))
    match kind_of(library, fact):
        case "ages":
            shown = s.fill(s.gettext("Write each age, for example {example}."), example="2, 7")
        case "number" | "money":
            unit = library.vocabulary.facts[fact].unit or ""
            shown = s.fill(s.gettext("Write a number, for example {example}."), example=_EXAMPLES[unit])
        case "yes_no":
            shown = s.gettext("Answer yes or no.")
        case _:
            shown = s.gettext("Choose one of the answers: its number, or its words.")
    sorry = s.gettext("I did not understand that.")
    return f"{sorry} {shown}"


def why(library: Library, s: Speech, on: date, household: Household, fact: str) -> str:
    """Why a question is asked: what editors say, and the schemes that the answer can still matter for."""
    if fact == PLACE:
        return s.gettext("I ask so that I can tell what is special where you live, and whom to talk to.")
    told = told_of(library, fitting(library, household.facts, on), on)
    topics = concerned(fact, outcomes_of(library, told), told, household.skipped)[:_CONCERNS]
    reason = question_of(library, fact, s.code, on).why
    said = [reason.text] if reason else []
    if topics:
        names = s.join([library.title(topic, s.code) for topic in topics])
        said.append(s.fill(s.gettext("The answer can matter for: {topics}."), topics=names))
    return " ".join(said)
