"""One step of a screening: what a person picks or writes, what is kept of it, and what is said next. Pure: it reads the
library, and changes nothing.

    asking -> checking -> done        and back: every answer can be corrected at any time
      one question at a time;  shown back;  the result          the person can rest, and go on where they were
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot import answers
from bot.effects import Effect, RecordNeed, SetPlace
from bot.picking import yes_and_no
from bot.replies import AnswerCard, Choice, Link, QuestionCard, Reply, ScreenedCard
from bot.screening import telling
from bot.screening.answers import named_in, understood
from bot.screening.household import PLACE, Household, clashes, fitting
from bot.screening.result import about, digest, first_things, result
from bot.screening.words import command, word
from bot.speech import Speech
from knowledge.eligibility.household import Misfit, value_of
from knowledge.eligibility.questions import concerned, next_question
from knowledge.eligibility.telling import outcomes_of, question, told_of
from knowledge.folding import fold
from knowledge.library import Library

MISSES = 2
"""How often in a row an answer that was not understood is asked for again before skipping is offered."""
_CONCERNS = 3
"""How many of the schemes that a question is about are named."""
_BY_NUMBER = ("number", "money", "ages")
_EXAMPLES = {
    "years": "34",
    "months": "8",
    "hours_a_week": "20",
    "kr_a_month": "9000",
    "kr_a_year": "250000",
    "kr": "8000",
}
_REAL = {"situation": frozenset({"need_now", "debt"}), "housing": frozenset({"nowhere"})}
"""Answers that tell of a need, whether or not there is a scheme for it."""
_ABOUT_MONEY = frozenset({"money", "work", "family", "housing"})
"""Areas of topics after which going through it all is offered."""
_NO_OFFER = ("cancel", "share", "place", "urgent_human", "delete_conversation")
"""Choices that a way to something else must not stand beside."""


@dataclass(frozen=True)
class Step:
    """What follows from a message. `household` is None when there is none, or it is forgotten."""

    household: Household | None
    replies: tuple[Reply, ...]
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True)
class Talk:
    """The screening of one conversation.

    Args:
        place: where the person lives, if that is known.
        on: the day whose figures apply.
    """

    library: Library
    s: Speech
    place: str | None
    on: date

    # What a person does

    def pick(self, household: Household | None, choice: str) -> Step:
        """What a choice means: of this question, or of an earlier one that still stands on a page."""
        name, _, value = choice.partition(":")
        if name == "screen" and value == "begin":
            return self.begin(household)
        if household is None:
            return self._gone()
        match name:
            case "screen":
                return self._do(household, value)
            case "fact":
                fact, _, said = value.partition("-")
                return self._answer(
                    household, fact, said if fact == PLACE else telling.decoded(self.library, fact, said)
                )
            case "pass_over" if self._is_asked(value):
                return self.ask(household.skips(value))
            case "why" if self._is_asked(value):
                return self._why(household.asks(value))
            case "correct" if self._is_asked(value):
                return self._question(household.asks(value))
        return self._again(household, self._not_there())

    def write(self, household: Household | None, text: str) -> Step | None:
        """What words mean to the screening; None where they are no answer to it."""
        said = command(text, self.s.code)
        if said == "begin":
            return self.begin(household)
        if household is None:
            return None
        if said == "show" or (said == "go_on" and (household.resting or household.stage != "done")):
            return self._do(household, "check" if said == "show" else "on")
        if said == "forget":
            return self._do(household, "forget")
        if household.stage == "done" or (household.resting and not self._can_only_be_an_answer(household, text)):
            return None
        if household.stage == "checking" and household.open is None:
            return self._write_of_what_was_understood(household, text, said)
        fact = household.open or PLACE
        match said:
            case "skip":
                return self.ask(household.skips(fact))
            case "why":
                return self._why(household)
            case "pause":
                return self._pause(household)
        found = self._understood(fact, text)
        return None if found is None else self._answer(household, fact, found)

    def miss(self, household: Household) -> Step:
        """What was written is neither an answer nor surely anything else."""
        if household.open is None:
            return self.check(household, self.s.gettext("I did not understand that."))
        missed = household.missed()
        return self._question(missed, self._example(missed))

    def begin(self, household: Household | None) -> Step:
        """Begin, or go on with what was told already."""
        if household and (household.facts or household.skipped):
            return self._do(household, "on")
        intro = self.s.gettext(
            "I ask about your household, one thing at a time. You decide what you answer. Nobody else sees it unless you "
            "say so, and it is not a decision."
        )
        return self.ask(household or Household(), intro)

    def ask(self, household: Household, lead: str = "") -> Step:
        """The question that can still change the most; when there is none, what was understood."""
        household = household.model_copy(update={"facts": fitting(self.library, household.facts, self.on)})
        fact = self._next(household)
        return self._question(household.asks(fact), lead) if fact else self.check(household, lead)

    def check(self, household: Household, lead: str = "") -> Step:
        """What was understood, each part of which can be corrected by choosing it."""
        s = self.s
        understood = s.gettext("This is what I have understood. Is it right? Choose what is not, to correct it.")
        message = "\n".join(filter(None, (lead, understood, self._unused(household))))
        choices = (
            Choice(id="screen:right", title=s.gettext("Yes, this is right")),
            *telling.corrections(self.library, household, self.place, s, self.on),
        )
        card = QuestionCard(message=message, ways=(self._forget(),))
        reply = Reply(text=message, language=s.code, choices=choices, card=card)
        return Step(household.stands("checking"), (reply,))

    # Choices about the whole

    def _do(self, household: Household, what: str) -> Step:
        match what:
            case "on" if household.stage == "done":
                return self.check(household)
            case "on" if household.open:
                return self._question(household.asks(household.open))
            case "on":
                return self.ask(household)
            case "pause":
                return self._pause(household)
            case "check":
                return self.check(household)
            case "right":
                return self._end(household)
            case "forget":
                return self._ask_before_forgetting(household)
            case "forget_it":
                text = self.s.gettext(
                    "It is forgotten. What a person was shown with your consent, that person still has."
                )
                return Step(None, (Reply(text=text, language=self.s.code, choices=(answers.a_list(self.s),)),))
            case "need":
                return self._need(household)
        return self._again(household, self._not_there())

    def _pause(self, household: Household) -> Step:
        text = self.s.gettext("We stop here. What you have told is kept in this conversation until you delete it.")
        choices = (self.on_choice(), self._forget(), answers.a_person(self.s))
        return Step(household.rests(), (Reply(text=text, language=self.s.code, choices=choices),))

    def _ask_before_forgetting(self, household: Household) -> Step:
        s = self.s
        text = s.gettext("Shall I forget what you have told about your household? It cannot be brought back.")
        choices = (
            Choice(id="screen:forget_it", title=self._forget().title),
            self.on_choice(),
        )
        return Step(household.rests(), (Reply(text=text, language=s.code, choices=choices),))

    def _gone(self) -> Step:
        return Step(
            None, (Reply(text=self._not_there(), language=self.s.code, choices=(telling.begin_choice(self.s),)),)
        )

    def _again(self, household: Household, lead: str) -> Step:
        """Where it stands, once more."""
        if household.open:
            return self._question(household.asks(household.open), lead)
        return self.check(household, lead)

    # Questions

    def _next(self, household: Household) -> str | None:
        if self.place is None and PLACE not in household.skipped:
            return PLACE
        told = told_of(self.library, household.facts, self.on)
        return next_question(outcomes_of(self.library, told), told, household.skipped)

    def _question(self, household: Household, lead: str = "") -> Step:
        s, fact = self.s, household.open
        assert fact
        kind = self._kind(fact)
        titles = telling.titles(self.library, fact, s, self.on)
        asked, language = self._asked(fact)
        message = "\n\n".join(filter(None, (lead, asked)))
        ways = [Choice(id=f"pass_over:{fact}", title=s.gettext("I would rather not answer"))]
        ways += [Choice(id=f"why:{fact}", title=s.gettext("Why do you ask?"))]
        ways += [Choice(id="screen:pause", title=s.gettext("Stop here for now"))]
        choices = [Choice(id=f"fact:{fact}-{name}", title=title) for name, title in titles.items()]
        if kind == "yes_no":
            choices = [Choice(id=f"fact:{fact}-{each}", title=title) for each, title in self._yes_no()]
        elif kind == "ages":
            ways.insert(0, Choice(id=f"fact:{fact}-none", title=s.gettext("No children at home")))
        hint = self._hint(kind, first=not household.facts)
        card = QuestionCard(message=message, several=kind == "several", ways=tuple(ways))
        text = "\n\n".join(filter(None, (message, hint)))
        return Step(household, (Reply(text=text, language=language, choices=tuple(choices), card=card),))

    def _asked(self, fact: str) -> tuple[str, str]:
        """A question, and the language it is in."""
        if fact == PLACE:
            return telling.asked(self.library, fact, self.s, self.on), self.s.code
        found = question(self.library, fact, self.s.code, self.on).question
        return found.text, found.language

    def _kind(self, fact: str) -> str:
        return "choice" if fact == PLACE else self.library.vocabulary.facts[fact].kind

    def _is_asked(self, fact: str) -> bool:
        return fact == PLACE or fact in self.library.vocabulary.facts

    def _hint(self, kind: str, *, first: bool) -> str:
        """Which words to write, where there are no buttons."""
        s, code = self.s, self.s.code
        hints = []
        if kind == "ages":
            hints.append(s.fill(s.gettext("Write “{none}” if there are none."), none=word("none", code)))
        elif kind == "several":
            text = s.gettext("Write the numbers that fit, for example 1 3, or “{none}”.")
            hints.append(s.fill(text, none=word("none", code)))
        if first:
            text = s.gettext("You can always write “{skip}”, “{why}” or “{pause}”.")
            hints.append(s.fill(text, skip=word("skip", code), why=word("why", code), pause=word("pause", code)))
        return " ".join(hints)

    def _example(self, household: Household) -> str:
        """What an answer can look like; after some tries, that the question can be skipped."""
        s, fact = self.s, household.open
        assert fact
        if household.misses > MISSES:
            text = s.gettext("I still do not understand the answer. Write “{skip}”, and we go past this question.")
            return s.fill(text, skip=word("skip", s.code))
        sorry = s.gettext("I did not understand that.")
        match self._kind(fact):
            case "ages":
                example = s.fill(s.gettext("Write each age, for example {example}."), example="2, 7")
            case "number" | "money":
                unit = self.library.vocabulary.facts[fact].unit or ""
                example = s.fill(s.gettext("Write a number, for example {example}."), example=_EXAMPLES[unit])
            case "yes_no":
                example = s.gettext("Answer yes or no.")
            case _:
                example = s.gettext("Choose one of the answers: its number, or its words.")
        return f"{sorry} {example}"

    def _why(self, household: Household) -> Step:
        """Why the question is asked, and the question again."""
        fact = household.open
        if fact is None:
            return self.check(household)
        if fact == PLACE:
            why = self.s.gettext("I ask so that I can tell what is special where you live, and whom to talk to.")
            return self._question(household.asks(fact), why)
        told = told_of(self.library, fitting(self.library, household.facts, self.on), self.on)
        topics = concerned(fact, outcomes_of(self.library, told), told, household.skipped)[:_CONCERNS]
        found = question(self.library, fact, self.s.code, self.on)
        said = [found.why.text] if found.why else []
        if topics:
            names = self.s.join([self.library.title(topic, self.s.code) for topic in topics])
            said.append(self.s.fill(self.s.gettext("The answer can matter for: {topics}."), topics=names))
        return self._question(household.asks(fact), " ".join(said))

    # Answers

    def _understood(self, fact: str, text: str) -> Any:
        titles = telling.titles(self.library, fact, self.s, self.on)
        if fact == PLACE:
            return named_in(text, titles, self.s.code)
        return understood(text, self.library.vocabulary.facts[fact], titles, self.s.code)

    def _can_only_be_an_answer(self, household: Household, text: str) -> bool:
        """Whether words said at another time are still an answer: a figure is, "yes" may be about anything."""
        figures = sum(each.isdigit() for each in text)
        kind = self._kind(household.open) if household.open else ""
        return household.stage == "asking" and figures >= {**dict.fromkeys(_BY_NUMBER, 1), "several": 2}.get(kind, 999)

    def _answer(self, household: Household, fact: str, answer: Any) -> Step:
        """Keep an answer, if it can be one; what no longer fits beside it is asked again."""
        if fact == PLACE and answer in telling.titles(self.library, PLACE, self.s, self.on):
            here = replace(self, place=str(answer))
            step = here.ask(household.told(PLACE, answer))
            return replace(step, effects=(*step.effects, SetPlace(place=str(answer))))
        if fact not in self.library.vocabulary.facts or answer is None:
            return self._again(household, self._not_there())
        try:
            value_of(self.library.vocabulary.facts[fact], answer)
        except Misfit:
            return self._question(missed := household.asks(fact).missed(), self._example(missed))
        told = household.told(fact, answer)
        before = fitting(self.library, household.facts, self.on)
        if any(misfit.fact == fact for misfit in clashes(self.library, {**before, fact: answer}, self.on)):
            return self._does_not_go_with(household.asks(fact).missed(), fact)
        return self.ask(told)

    def _does_not_go_with(self, household: Household, fact: str) -> Step:
        """An answer that cannot be true beside another: either can be corrected."""
        others = sorted(self.library.vocabulary.fits[fact].facts - {fact})
        lines = [
            telling.line(self.library, name, household.facts[name], self.s, self.on)
            for name in others
            if name in household.facts
        ]
        text = self.s.gettext("That does not go with what you told before: {facts}")
        step = self._question(household, self.s.fill(text, facts=" ".join(lines)))
        (reply,) = step.replies
        assert isinstance(reply.card, QuestionCard)
        correct = tuple(
            Choice(id=f"correct:{name}", title=line)
            for name, line in zip((each for each in others if each in household.facts), lines, strict=True)
        )
        card = reply.card.model_copy(update={"ways": (*correct, *reply.card.ways)})
        return replace(step, replies=(reply.model_copy(update={"card": card}),))

    def _write_of_what_was_understood(self, household: Household, text: str, said: str | None) -> Step | None:
        yes, no = yes_and_no()
        if said == "pause":
            return self._pause(household)
        if said in ("skip", "why"):
            return self.check(household)
        if fold(text) in yes:
            return self._end(household)
        return self.check(household, self.s.gettext("Which one is not right?")) if fold(text) in no else None

    def _unused(self, household: Household) -> str:
        """Which facts mean nothing beside the others."""
        told = told_of(self.library, fitting(self.library, household.facts, self.on), self.on)
        unused = [telling.asked(self.library, name, self.s, self.on) for name in told.facts if not told.counts(name)]
        if not unused:
            return ""
        text = self.s.gettext("With the other answers, these no longer matter: {questions}")
        return self.s.fill(text, questions=" ".join(unused))

    # The end

    def _end(self, household: Household) -> Step:
        """The first things to do, and where to see all of it; nothing found is never "you have no rights"."""
        s = self.s
        facts = fitting(self.library, household.facts, self.on)
        found = result(self.library, facts, household.skipped, s.code, self.place, self.on)
        first = first_things(found)
        topics = [
            Choice(
                id=item.scheme.topic,
                title=": ".join(filter(None, (item.scheme.title.text, about(item.scheme.amount, s)))),
            )
            for item in first
        ]
        choices = [*topics, answers.a_person(s), Choice(id="screen:check", title=s.gettext("Change an answer"))]
        text = digest(found, s)
        effects: tuple[Effect, ...] = ()
        if not found.likely:
            more = s.gettext("There are more schemes than I have looked at. A person can look at it with you.")
            text = f"{text}\n{more}"
            if _is_in_need(household):
                effects = (RecordNeed(moment="screening", barrier="not_eligible"),)
            else:
                choices.insert(len(topics), Choice(id="screen:need", title=s.gettext("I need help all the same")))
        reply = Reply(
            text=text,
            language=s.code,
            choices=tuple(choices),
            links=(Link(title=s.gettext("See all of it, and how to apply"), url="/result", language=s.code),),
            card=ScreenedCard(listed=len(topics)),
        )
        return Step(household.stands("done"), (reply,), effects)

    def _need(self, household: Household) -> Step:
        """Nothing was found, and there is a need all the same."""
        text = self.s.gettext("Thank you for telling me. A person can look at it with you.")
        reply = Reply(text=text, language=self.s.code, choices=(answers.a_person(self.s),))
        return Step(household.stands("done"), (reply,), (RecordNeed(moment="screening", barrier="not_eligible"),))

    # Words and choices

    def _yes_no(self) -> tuple[tuple[str, str], ...]:
        return ("yes", self.s.gettext("Yes")), ("no", self.s.gettext("No"))

    def _forget(self) -> Choice:
        return Choice(id="screen:forget", title=self.s.gettext("Forget what I have told about my household"))

    def _not_there(self) -> str:
        return self.s.gettext("That choice is not there any more. Write instead.")

    def on_choice(self) -> Choice:
        return Choice(id="screen:on", title=self.s.gettext("Go on with the questions"))

    def offered(self, household: Household | None, replies: Sequence[Reply]) -> list[Reply]:
        """Replies about something else, with a way (back) to the questions; never beside danger or another question."""
        if not replies or (replies[-1].card and replies[-1].card.kind in ("crisis", "offer")):
            return list(replies)
        *before, last = replies
        if any(choice.id.partition(":")[0] in _NO_OFFER for choice in last.choices):
            return list(replies)
        if household and household.stage != "done":
            way = self.on_choice()
        elif household is None and self._is_about_money(replies):
            way = telling.begin_choice(self.s)
        else:
            return list(replies)
        return [*before, last.model_copy(update={"choices": (*last.choices, way)})]

    def _is_about_money(self, replies: Sequence[Reply]) -> bool:
        """Whether the answer is about a scheme that a household can be held against, or nothing was asked yet."""
        cards = [reply.card for reply in replies if isinstance(reply.card, AnswerCard)]
        nothing_yet = any(choice.id == "topics" for choice in replies[-1].choices)
        areas = {self.library.topics[card.topic].area for card in cards if card.topic in self.library.rules}
        return nothing_yet or not areas.isdisjoint(_ABOUT_MONEY)


def _is_in_need(household: Household) -> bool:
    told = {name: household.facts.get(name) for name in _REAL}
    return any(
        bool(real.intersection(value if isinstance(value, list) else [value]))
        for real, value in ((_REAL[name], value) for name, value in told.items() if value)
    )
