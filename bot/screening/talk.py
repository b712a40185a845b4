"""One step of a screening: what a person picks or writes, what is kept of it, and what is said next. Pure: it reads the
library, and changes nothing.

    asking -> checking -> done        and back: every answer can be corrected at any time
      one question at a time;  shown back;  the result          the person can rest, and go on where they were
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot import answers
from bot.effects import Effect, SetPlace
from bot.picking import yes_and_no
from bot.replies import Choice, QuestionCard, Reply
from bot.screening import telling
from bot.screening.answers import named_in, understood
from bot.screening.asking import example, kind_of, question, why
from bot.screening.ending import end, no_scheme
from bot.screening.household import PLACE, Household, clashes, fitting
from bot.screening.offering import begin_choice, on_choice
from bot.screening.words import command
from bot.speech import Speech
from knowledge.eligibility.household import Misfit, value_of
from knowledge.eligibility.questions import next_question
from knowledge.eligibility.telling import outcomes_of, told_of
from knowledge.folding import fold
from knowledge.library import Library

_BY_NUMBER = ("number", "money", "ages")


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
        choices = (on_choice(self.s), self._forget(), answers.a_person(self.s))
        return Step(household.rests(), (Reply(text=text, language=self.s.code, choices=choices),))

    def _ask_before_forgetting(self, household: Household) -> Step:
        s = self.s
        text = s.gettext("Shall I forget what you have told about your household? It cannot be brought back.")
        choices = (
            Choice(id="screen:forget_it", title=self._forget().title),
            on_choice(self.s),
        )
        return Step(household.rests(), (Reply(text=text, language=s.code, choices=choices),))

    def _gone(self) -> Step:
        return Step(None, (Reply(text=self._not_there(), language=self.s.code, choices=(begin_choice(self.s),)),))

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

    def _is_asked(self, fact: str) -> bool:
        return fact == PLACE or fact in self.library.vocabulary.facts

    def _question(self, household: Household, lead: str = "") -> Step:
        assert household.open
        return Step(household, (question(self.library, self.s, self.on, household, household.open, lead),))

    def _example(self, household: Household) -> str:
        assert household.open
        return example(self.library, self.s, household, household.open)

    def _why(self, household: Household) -> Step:
        """Why the question is asked, and the question again."""
        assert household.open
        said = why(self.library, self.s, self.on, household, household.open)
        return self._question(household.asks(household.open), said)

    # Answers

    def _understood(self, fact: str, text: str) -> Any:
        titles = telling.titles(self.library, fact, self.s, self.on)
        if fact == PLACE:
            return named_in(text, titles, self.s.code)
        return understood(text, self.library.vocabulary.facts[fact], titles, self.s.code)

    def _can_only_be_an_answer(self, household: Household, text: str) -> bool:
        """Whether words said at another time are still an answer: a figure is, "yes" may be about anything."""
        figures = sum(each.isdigit() for each in text)
        kind = kind_of(self.library, household.open) if household.open else ""
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

    def _end(self, household: Household) -> Step:
        reply, effects = end(self.library, self.s, self.place, self.on, household)
        return Step(household.stands("done"), (reply,), effects)

    def _need(self, household: Household) -> Step:
        """Nothing was found, and there is a need all the same."""
        text = self.s.gettext("Thank you for telling me. A person can look at it with you.")
        reply = Reply(text=text, language=self.s.code, choices=(answers.a_person(self.s),))
        return Step(household.stands("done"), (reply,), (no_scheme(),))

    # Words and choices

    def _forget(self) -> Choice:
        return Choice(id="screen:forget", title=self.s.gettext("Forget what I have told about my household"))

    def _not_there(self) -> str:
        return self.s.gettext("That choice is not there any more. Write instead.")
