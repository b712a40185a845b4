"""From what the library knows to what the bot says: curated answers as replies, in the reader's language."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.handoff.hours import Shift
from bot.handoff.presentation import hours
from bot.replies import AnswerCard, Choice, CrisisCard, CrisisLine, Link, Reply, Section, Statement
from bot.speech import Speech
from bot.understanding.labels import FOLLOW_UPS
from knowledge import library as known
from knowledge.languages import SOURCE
from knowledge.library import Explanation, Library
from knowledge.schema import Confidence, Writing

FOLLOW_UP_OFFERS = ("apply", "complaint")
"""The follow-ups offered as choices below an answer; every other can be asked for in words."""


def headings(s: Speech) -> Mapping[str, str]:
    """The heading of each section of an entry."""
    return {
        "who": s.gettext("Who can get it"),
        "what": s.gettext("What you get"),
        "apply": s.gettext("How to apply"),
        "documents": s.gettext("What you need to send or bring"),
        "deadlines": s.gettext("When to apply"),
        "processing": s.gettext("How long it takes"),
        "complaint": s.gettext("If they say no"),
        "discretion": s.gettext("What you can ask them to consider"),
        "family": s.gettext("For children and others at home"),
        "misunderstandings": s.gettext("What many get wrong"),
        "local": s.gettext("Where you live"),
    }


def way(s: Speech, via: str | None) -> str:
    """How something is done, before the sentence that says it."""
    match via:
        case "digital":
            return s.gettext("Online")
        case "paper":
            return s.gettext("On paper")
        case "phone":
            return s.gettext("By phone")
        case "in_person":
            return s.gettext("In person")
    return ""


def answer(explanation: Explanation, s: Speech, begins: Sequence[str] = ()) -> Reply:
    """The first answer, with the whole entry on its card.

    Args:
        begins: how those statements begin, in Norwegian, that answer just what was asked; they come first.
    """
    asked = _asked(explanation, begins, s)
    text = explanation.answer.text
    return Reply(
        text=f"{_listed(asked.heading, asked)}\n\n{text}" if asked else text,
        language=explanation.answer.language,
        choices=after_answer(explanation, s),
        links=_links(explanation),
        card=card(explanation, s).model_copy(update={"asked": asked}),
    )


def just(explanation: Explanation, begins: Sequence[str], s: Speech) -> Reply | None:
    """Nothing but the statements that begin like this, with a way to the section the first one stands in; None where there
    are none."""
    asked = _asked(explanation, begins, s)
    if asked is None:
        return None
    stands = sections_of(explanation, begins[:1]) & set(FOLLOW_UPS.values())
    whole = [whole_section(explanation, name, s) for name in sorted(stands)]
    return Reply(
        text=_listed(f"{explanation.title.text}. {asked.heading}", asked),
        language=asked.statements[0].language,
        choices=tuple(dict.fromkeys((*whole, *after_answer(explanation, s)))),
        links=_links(explanation),
        answers=True,
    )


def sections_of(explanation: Explanation, begins: Sequence[str]) -> frozenset[str]:
    """The sections in which statements stand that begin like this, in Norwegian."""
    wanted = tuple(begins)
    return frozenset(
        name
        for name, statements in explanation.sections.items()
        if any(each.source.startswith(wanted) for each in statements)
    )


def _asked(explanation: Explanation, begins: Sequence[str], s: Speech) -> Section | None:
    """What answers just what was asked. A statement that has been reworded since is not known by its old beginning."""
    known_ones = [statement for section in explanation.sections.values() for statement in section]
    found = [each for begin in begins for each in known_ones if each.source.startswith(begin)]
    shown = tuple(_statement(each, s) for each in dict.fromkeys(found))
    return Section(name="asked", heading=s.gettext("About what you wrote"), statements=shown) if shown else None


def as_text(reply: Reply) -> str:
    """An answer with all that is on its card, for a terminal or a printout."""
    card = reply.card
    if not isinstance(card, AnswerCard):
        return reply.text
    lines = [card.title.text, "", card.answer.text]
    for section in card.sections:
        lines += ["", section.heading, *(f"– {_noted(statement)}" for statement in section.statements)]
    lines += ["", *(f"{link.title}: {link.url}" for link in (*card.links, *card.law))]
    return "\n".join([*lines, "", card.authority, card.checked, *card.notes])


def parts(explanation: Explanation, names: Sequence[str], s: Speech, begins: Sequence[str] = ()) -> Reply:
    """Sections of an entry as an answer of their own; says so where the entry has nothing on one of them.

    Args:
        begins: how those statements begin, in Norwegian, that answer just what was asked; they come first.
    """
    found = [(name, explanation.sections[name]) for name in names if explanation.sections.get(name)]
    titles = headings(s)
    first = just(explanation, begins, s) if found else None
    paragraphs = [first.text] if first else []
    for name, statements in found:
        left = tuple(each for each in statements if not each.source.startswith(tuple(begins)))
        if left:
            section = _section(name, titles, left, s)
            paragraphs.append(_listed(f"{explanation.title.text}. {section.heading}", section))
    if len(found) < len(names):
        nothing = s.gettext("I have nothing checked about that for {title}. A person can help you find out.")
        paragraphs.append(s.fill(nothing, title=explanation.title.text))
    return Reply(
        text="\n".join(paragraphs),
        language=found[0][1][0].text.language if found else s.code,
        choices=after_answer(explanation, s),
        links=_links(explanation),
        answers=bool(found),
    )


def _listed(heading: str, section: Section) -> str:
    return "\n".join([f"{heading}:", *(f"– {_noted(statement)}" for statement in section.statements)])


def source(explanation: Explanation, s: Speech) -> Reply:
    """Where an answer comes from and how sure it is."""
    law = s.join([" ".join(filter(None, (law.name, law.section))) for law in explanation.law])
    lines = [s.fill(s.gettext("What I said about {title} builds on: {law}."), title=explanation.title.text, law=law)]
    lines += [s.fill(s.gettext("Who decides: {authority}."), authority=explanation.authority.text)]
    lines += [checked(explanation, s), *notes(explanation, s)]
    return Reply(
        text="\n".join(lines), language=s.code, choices=after_answer(explanation, s), links=_links(explanation)
    )


def card(explanation: Explanation, s: Speech) -> AnswerCard:
    """The entry with everything it builds on."""
    local = explanation.local + tuple(
        known.Statement(
            known.Text(_point(point), SOURCE), confidence=None if point.confidence == "verified" else point.confidence
        )
        for point in explanation.points
    )
    sections = [*([("local", local)] if local else []), *explanation.sections.items()]
    titles = headings(s)
    return AnswerCard(
        topic=explanation.topic,
        title=_statement(known.Statement(explanation.title), s),
        answer=_statement(known.Statement(explanation.answer), s),
        sections=tuple(_section(name, titles, statements, s) for name, statements in sections),
        links=_links(explanation),
        law=tuple(
            Link(title=" ".join(filter(None, (law.name, law.section))), url=str(law.url), language=SOURCE)
            for law in explanation.law
        ),
        authority=explanation.authority.text,
        checked=checked(explanation, s),
        notes=tuple(notes(explanation, s)),
        original=original(explanation, s),
    )


def checked(explanation: Explanation, s: Speech) -> str:
    """When the entry was last checked, by whom, and whether an expert has read it."""
    base = s.fill(
        s.gettext("Last checked {day} by {who}."), day=s.day(explanation.checked.on), who=explanation.checked.by
    )
    return f"{base} {_reviewed(explanation, s)}"


def _reviewed(explanation: Explanation, s: Speech) -> str:
    """Which expert has reviewed the entry, or that none has."""
    review = explanation.expert_review
    if review is None:
        return s.gettext("No expert has reviewed this yet.")
    return s.fill(s.gettext("Reviewed by {who} on {day}."), who=review.by, day=s.day(review.on))


def notes(explanation: Explanation, s: Speech) -> list[str]:
    """What the reader should know about how sure this is."""
    found = []
    if explanation.review_by < date.today():
        overdue = s.gettext("This should have been checked again by {day}. It may be out of date.")
        found.append(s.fill(overdue, day=s.day(explanation.review_by)))
    if explanation.checked.confidence != "verified":
        found.append(
            s.fill(
                s.gettext("Not everything here is confirmed. Ask {who} before you rely on it."),
                who=explanation.authority.text,
            )
        )
    if explanation.rates_from:
        found.append(s.fill(s.gettext("The figures hold from {day}."), day=s.day(explanation.rates_from)))
    found += _read_by(explanation, s)
    if not explanation.translated:
        found.append(s.gettext("Some of this is not translated yet and is shown in Norwegian."))
    return found


def drafts(explanation: Explanation, s: Speech) -> list[str]:
    """That no expert, or no native reader, has read it; nothing where both have."""
    unreviewed = [] if explanation.expert_review else [_reviewed(explanation, s)]
    return unreviewed + ([] if explanation.reading.review else _read_by(explanation, s))


def _read_by(explanation: Explanation, s: Speech) -> list[str]:
    """Which native reader has read the translation, or that none has."""
    if explanation.reading.state == "source":
        return []
    review = explanation.reading.review
    if review is None:
        return [s.gettext("This translation has not been read by a native reader. The Norwegian text is the source.")]
    who = f"{review.by} ({review.role})" if review.role else review.by
    return [s.fill(s.gettext("Read by {who} on {day}."), who=who, day=s.day(review.on))]


def original(explanation: Explanation, s: Speech) -> Link | None:
    """The Norwegian text of a translation that no native reader vouches for."""
    if explanation.reading.state in ("source", "reviewed"):
        return None
    address = f"/topics/{explanation.topic}?lang={SOURCE}"
    return Link(title=s.gettext("Read it in Norwegian"), url=address, language=s.code)


def after_answer(explanation: Explanation, s: Speech) -> tuple[Choice, ...]:
    """What one usually wants next."""
    titles = headings(s)
    offered = [name for name in FOLLOW_UP_OFFERS if name in explanation.sections]
    offers = [Choice(id=f"ask_{name}:{explanation.topic}", title=titles[name]) for name in offered]
    return (*offers, did_not_help(explanation.topic, s), a_person(s))


def questions(explanation: Explanation, s: Speech) -> tuple[Choice, ...]:
    """What can be asked about an entry."""
    titles = headings(s)
    asked = ((label, name) for label, name in FOLLOW_UPS.items() if name in titles and explanation.sections.get(name))
    return tuple(Choice(id=f"{label}:{explanation.topic}", title=titles[name]) for label, name in asked)


def whole_section(explanation: Explanation, name: str, s: Speech) -> Choice:
    """All that an entry says in one of its sections."""
    label = next(label for label, section in FOLLOW_UPS.items() if section == name)
    return Choice(id=f"{label}:{explanation.topic}", title=headings(s)[name])


def several(
    explanations: Sequence[Explanation], begins: Mapping[str, Sequence[str]], more: Sequence[Choice], s: Speech
) -> list[Reply]:
    """Short answers to several needs. Only after the last one stands what one may want next: a choice says of which.

    Args:
        begins: how those statements begin, in Norwegian, that answer just what was asked of each topic.
        more: choices of what was asked for too and is not answered yet.
    """
    what = s.gettext("How to apply")
    apply = [
        Choice(
            id=f"ask_apply:{each.topic}",
            title=s.fill(s.gettext("{what}: {topic}"), what=what, topic=each.title.text),
        )
        for each in explanations
        if "apply" in each.sections
    ]
    next_one = (*more, *apply, did_not_help(explanations[0].topic, s), a_person(s))
    replies = []
    for each in explanations:
        whole = answer(each, s, begins.get(each.topic, ()))
        assert isinstance(whole.card, AnswerCard)
        brief = whole.card.model_copy(update={"brief": True})
        choices = next_one if each is explanations[-1] else ()
        replies.append(whole.model_copy(update={"card": brief, "choices": choices}))
    return replies


def did_not_help(topic: str, s: Speech) -> Choice:
    return Choice(id=f"not_helped:{topic}", title=s.gettext("This did not help"))


def in_danger(s: Speech) -> str:
    """The emergency numbers in a line, beside something else."""
    return s.gettext("If you are in danger now, call 112. If a life is in danger, call 113.")


def something_else(s: Speech) -> Choice:
    return Choice(id="out_of_scope", title=s.gettext("Something else"))


def a_person(s: Speech) -> Choice:
    return Choice(id="human", title=s.gettext("Talk to a person"))


def a_person_now(s: Speech) -> Choice:
    """In danger nothing is asked first, so the choice itself says what it shares."""
    return Choice(id="urgent_human", title=s.gettext("Get a person now, who sees what is written here"))


def a_list(s: Speech) -> Choice:
    return Choice(id="topics", title=s.gettext("Show what I can ask about"))


def topic_choices(library: Library, topics: list[str], s: Speech) -> tuple[Choice, ...]:
    return tuple(Choice(id=topic, title=library.title(topic, s.code)) for topic in topics)


def crisis(library: Library, kind: str, s: Speech) -> Reply:
    """The right number first, then a person in one tap or one word."""
    help_now = library.crisis_help(kind, s.code)
    lines = tuple(
        CrisisLine(
            name=line.name,
            number=line.number,
            hours=_hours(line.hours, s),
            url=str(line.url),
            writing=_writing(line.writing, s) if line.writing else "",
        )
        for line in help_now.lines
    )
    numbers = "\n".join(f"{line.number} – {line.name}" for line in lines)
    return Reply(
        text=f"{help_now.message.text}\n{numbers}",
        language=help_now.message.language,
        choices=(a_person_now(s),),
        card=CrisisCard(message=help_now.message.text, lines=lines, about=kind),
    )


def _hours(hours: str, s: Speech) -> str:
    return s.gettext("day and night") if hours == "hele døgnet" else hours


def _writing(writing: Writing, s: Speech) -> str:
    times = hours([Shift.model_validate(each.model_dump(by_alias=True)) for each in writing.hours], s)
    if writing.sms:
        text = s.gettext("If you cannot talk aloud, you can chat, or send an SMS to {number}: {hours}.")
        return s.fill(text, number=writing.sms, hours=times)
    return s.fill(s.gettext("If you cannot talk aloud, you can chat: {hours}."), hours=times)


def _section(name: str, titles: Mapping[str, str], statements: tuple[known.Statement, ...], s: Speech) -> Section:
    shown = tuple(_statement(statement, s) for statement in statements)
    return Section(name=name, heading=titles[name], statements=shown)


def _statement(statement: known.Statement, s: Speech) -> Statement:
    prefix = way(s, statement.via)
    text = f"{prefix}: {statement.text.text}" if prefix else statement.text.text
    return Statement(text=text, language=statement.text.language, note=_doubt(statement.confidence, s))


def _doubt(confidence: Confidence | None, s: Speech) -> str | None:
    match confidence:
        case "partly":
            return s.gettext("partly confirmed")
        case "recalled":
            return s.gettext("not confirmed")
    return None


def _noted(statement: Statement) -> str:
    return f"{statement.text} ({statement.note})" if statement.note else statement.text


def _links(explanation: Explanation) -> tuple[Link, ...]:
    return tuple(Link(title=link.text.text, url=link.url, language=link.text.language) for link in explanation.links)


def _point(point: object) -> str:
    parts = [getattr(point, name) for name in ("name", "address", "phone", "hours")]
    return ", ".join(part for part in parts if part)
