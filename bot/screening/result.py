"""What a finished screening tells a household: what to do first, why, about how much, how, and what could not be said.

It is never a decision, and what is not found is never "you have no rights".
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from bot import answers
from bot.replies import AnswerCard, Part
from bot.speech import Speech, speech
from knowledge.eligibility.rules import Condition
from knowledge.eligibility.telling import NO_FIGURE, Named, Question, Reason, Sum, question, screening
from knowledge.eligibility.telling import Result as Scheme
from knowledge.languages import SOURCE
from knowledge.library import Explanation, Library
from knowledge.segments import plain

Urgency = Literal["today", "home", "money"]
_RANKS: Mapping[Urgency | None, int] = {"today": 0, "home": 1, "money": 2, None: 3}
_TIMES_A_MONTH: Mapping[str, Decimal] = {
    "month": Decimal(1),
    "year": 1 / Decimal(12),
    "once": 1 / Decimal(12),
    "day": Decimal(260) / 12,  # daily rates are paid for working days
}
FIRST = 3
"""How many things an SMS tells to do first."""


class Script(Part):
    """What one can say or write to the office. `norwegian` is what the office reads, `translated` what the reader does."""

    norwegian: tuple[str, ...]
    translated: tuple[str, ...]


class Item(Part):
    """A scheme that is likely, or that could not be judged, with all that is needed to ask for it."""

    scheme: Scheme
    urgency: Urgency | None
    can_wait: int | None
    """Whole months one can wait without losing anything; null where no entry says."""
    deadline: date | None
    """The next day by which it is asked for, where there is one each month."""
    a_month: Decimal
    """About how much money it is in a month, to put things in order; 0 where it is not money to the household."""
    specific: bool
    """Whether a criterion of its own is met, not only those that most people meet."""
    questions: tuple[Question, ...]
    """What is missing to know for the outcome or the amount, as it would be asked."""
    judges: tuple[Reason, ...]
    """Criteria that nothing a household tells can settle."""
    exceptions: tuple[Reason, ...]
    """Criteria that are not met, but whose exception may apply: somebody has to judge that too."""
    card: AnswerCard
    """The entry: how to apply, deadlines, what can be considered, where one lives, what it builds on."""
    script: Script

    @property
    def order(self) -> tuple[int, int, Decimal, int]:
        """By what to do first: danger, what is lost by waiting, money in a month, then what takes fewest papers."""
        waits = 1000 if self.can_wait is None else self.can_wait
        return _RANKS[self.urgency], waits, -self.a_month, len(self.scheme.bring)

    @property
    def soon(self) -> bool:
        """Whether every month of waiting is lost."""
        return self.can_wait == 0

    @property
    def matters(self) -> bool:
        """Whether it is urgent, money, or something that can be lost by waiting, for this household."""
        speaks = self.specific or self.scheme.outcome == "likely"
        return speaks and bool(self.urgency or self.a_month or self.can_wait is not None)


class Unlikely(Part):
    """A scheme that a household seems not to fulfil. `unmet` is what would have to be different."""

    scheme: Scheme
    unmet: tuple[Reason, ...]
    """Where it is a single one, the scheme is looked at again when that changes."""


class Result(Part):
    """Each list is in the order of what to do first, `unlikely` in that of what is nearest."""

    on: date
    language: str
    place: str | None
    likely: tuple[Item, ...]
    judged: tuple[Item, ...]
    """Somebody has to judge: no fact is missing, so it is worth asking."""
    missing: tuple[Item, ...]
    """A fact is missing."""
    unlikely: tuple[Unlikely, ...]
    not_looked_at: tuple[Named, ...]
    next: Question | None
    """What could still be answered; null when nothing more can change."""
    notes: tuple[str, ...]
    """How sure all of it is: what no expert or native reader has read."""


def result(
    library: Library, facts: Mapping[str, Any], skipped: Collection[str], code: str, place: str | None, on: date
) -> Result:
    """What a household is told.

    Args:
        facts: what it told, as in household.yml.
        skipped: facts it did not want to tell.
        code: the reader's language.
        place: the municipality, where it is known.
        on: the day whose figures apply.

    Raises:
        Misfits: see `knowledge.eligibility.telling.told_of`.
    """
    found = screening(library, facts, code, on, skipped)
    make = _Maker(library, speech(code), place, on)
    open_ones = sorted(
        (make.item(each) for each in found.results if each.outcome != "unlikely"), key=lambda item: item.order
    )
    unlikely = [make.unlikely(each) for each in found.results if each.outcome == "unlikely"]
    return Result(
        on=on,
        language=code,
        place=place,
        likely=tuple(item for item in open_ones if item.scheme.outcome == "likely"),
        judged=tuple(item for item in open_ones if item.scheme.outcome == "unknown" and not item.scheme.missing),
        missing=tuple(item for item in open_ones if item.scheme.outcome == "unknown" and item.scheme.missing),
        unlikely=tuple(sorted(unlikely, key=lambda each: len(each.unmet))),
        not_looked_at=tuple(found.not_looked_at),
        next=found.next,
        notes=make.notes(open_ones),
    )


class _Maker:
    def __init__(self, library: Library, s: Speech, place: str | None, on: date) -> None:
        self.library, self.s, self.place, self.on = library, s, place, on

    def item(self, scheme: Scheme) -> Item:
        rule = self.library.entries[scheme.topic].eligibility
        assert rule  # only what has a rule is among the results
        conditions = self._conditions(scheme)
        specific = any(reason.met and condition.owner == scheme.topic for condition, reason in conditions)
        urgency = self.library.topics[scheme.topic].urgency
        return Item(
            scheme=scheme,
            urgency=urgency if specific or urgency == "today" else None,
            specific=specific,
            can_wait=rule.can_wait,
            deadline=_next(rule.by_day, self.on) if rule.by_day else None,
            a_month=_a_month(scheme.amount),
            questions=tuple(self._question(name) for name in self._missing(scheme)),
            judges=tuple(reason for condition, reason in conditions if _judged(reason) and not condition.when),
            exceptions=tuple(reason for condition, reason in conditions if _judged(reason) and condition.when),
            card=answers.card(self._explain(scheme.topic), self.s),
            script=self._script(scheme),
        )

    def unlikely(self, scheme: Scheme) -> Unlikely:
        return Unlikely(scheme=scheme, unmet=tuple(each for each in scheme.reasons if each.met is False))

    def notes(self, items: Iterable[Item]) -> tuple[str, ...]:
        """What is so of every entry, and need not be said at each."""
        each = [answers.drafts(self._explain(item.scheme.topic), self.s) for item in items]
        return tuple(note for note in (each[0] if each else ()) if all(note in others for others in each))

    def _explain(self, topic: str) -> Explanation:
        return self.library.explain(topic, self.s.code, self.place, self.on)

    def _missing(self, scheme: Scheme) -> list[str]:
        return list(dict.fromkeys([*scheme.missing, *(scheme.amount.missing if scheme.amount else ())]))

    def _question(self, fact: str) -> Question:
        return question(self.library, fact, self.s.code, self.on)

    def _conditions(self, scheme: Scheme) -> list[tuple[Condition, Reason]]:
        return list(zip(self.library.rules[scheme.topic].conditions, scheme.reasons, strict=True))

    def _script(self, scheme: Scheme) -> Script:
        """Put together from the entry in Norwegian, which the office reads, and in the reader's language."""
        norwegian = [
            self.library.text(each.owner, "", each.text, SOURCE, self.on, no_figure=NO_FIGURE).text
            for each, _ in self._conditions(scheme)
        ]
        return Script(
            norwegian=self._lines(scheme, self.library.entries[scheme.topic].title, norwegian, speech(SOURCE)),
            translated=self._lines(scheme, scheme.title.text, [reason.text.text for reason in scheme.reasons], self.s),
        )

    def _lines(self, scheme: Scheme, title: str, criteria: list[str], s: Speech) -> tuple[str, ...]:
        texts = list(zip(criteria, self._conditions(scheme), strict=True))
        parts = {
            s.gettext("I believe that these conditions are met:"): [text for text, (_, each) in texts if each.met],
            s.gettext("I ask you to assess this:"): [
                text for text, (condition, each) in texts if _judged(each) and not condition.when
            ],
            s.gettext("I ask you to assess whether there is an exception for me from this:"): [
                text for text, (condition, each) in texts if _judged(each) and condition.when
            ],
        }
        lines = [s.fill(s.gettext("I want to apply for: {title}."), title=title)]
        if self.library.topics[scheme.topic].urgency == "today":
            lines.append(s.gettext("I need help today."))
        for heading, found in parts.items():
            lines += [heading, *(f"– {text}" for text in found)] if found else []
        asks = s.gettext("I ask for guidance, and for an answer in writing with the reasons ({law}).")
        return (*lines, s.fill(asks, law=GUIDANCE))


def _judged(reason: Reason) -> bool:
    """Whether no fact is missing, and still nobody can know before somebody has judged it."""
    return reason.met is None and not reason.missing


GUIDANCE = "forvaltningsloven §§ 11, 24, 27"
"""The duty to guide, to give reasons and to tell of a decision in writing."""


def digest(result: Result, s: Speech) -> str:
    """The three first things as an SMS, in as few parts as they can be said in; a link is put below it."""
    first = _first(result)
    likely = [item for item in first if item.scheme.outcome == "likely"]
    maybe = [item for item in first if item.scheme.outcome != "likely"]
    lines = [s.gettext("This is likely for you. Do this first:"), *_numbered(likely, 1, s)] if likely else []
    if maybe:
        lines += [s.gettext("May be for you, ask about it:"), *_numbered(maybe, len(likely) + 1, s)]
    return plain("\n".join(lines or [s.gettext("I found nothing. That does not mean that you have no rights.")]))


def _first(result: Result) -> list[Item]:
    """The first things to do: what matters is told before what nearly everybody can have."""
    unknown = (*result.judged, *result.missing)
    order = [each for each in result.likely if each.matters] + [each for each in unknown if each.matters]
    return (order + [each for each in (*result.likely, *unknown) if not each.matters])[:FIRST]


def _numbered(items: Iterable[Item], start: int, s: Speech) -> list[str]:
    return [f"{number}. {_line(item.scheme, s)}" for number, item in enumerate(items, start)]


def _line(scheme: Scheme, s: Speech) -> str:
    """What one pays at most is not among what one gets: it stands on the page."""
    said = about(scheme.amount, s) if scheme.amount and scheme.amount.way == "gets" else ""
    return f"{scheme.title.text}: {said}" if said else scheme.title.text


def about(amount: Sum | None, s: Speech) -> str:
    """About how much, in words; nothing where it is not known."""
    if amount is None or amount.shown is None:
        return ""
    texts = {
        ("gets", "month"): s.gettext("about {amount} a month"),
        ("gets", "year"): s.gettext("about {amount} a year"),
        ("gets", "day"): s.gettext("about {amount} a day"),
        ("gets", "once"): s.gettext("about {amount} once"),
        ("pays", "month"): s.gettext("you pay at most {amount} a month"),
        ("pays", "year"): s.gettext("you pay at most {amount} a year"),
        ("pays", "day"): s.gettext("you pay at most {amount} a day"),
        ("pays", "once"): s.gettext("you pay at most {amount} once"),
    }
    return s.fill(texts[amount.way, amount.per], amount=amount.shown)


def _a_month(amount: Sum | None) -> Decimal:
    if amount is None or amount.value is None or amount.way == "pays":
        return Decimal(0)
    return amount.value * _TIMES_A_MONTH[amount.per]


def _next(day: int, on: date) -> date:
    """The next date with that day of the month; the same day counts."""
    if on.day <= day:
        return on.replace(day=day)
    return (on.replace(day=1) + timedelta(days=32)).replace(day=day)
