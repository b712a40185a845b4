"""The review loop: a pattern of needs is read, becomes part of a learning, something changes, and people are told.

    pattern:   new -> read <-> linked -.
    learning:                  tried -> changed -> told

A pattern is what lacks in one topic; the team sees it when there is enough of it, and never a single need. More than the
topic would often be too rare to be shown, and would be another pattern next month. Nothing is marked on the needs
themselves. `linked`, `changed` and `told` are those of the pattern's learning. Needs that come after people were told make
a new pattern, so that nothing counts as done that still happens. Every step is kept with who took it (`Step`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot.needs import promises
from bot.needs.announcing import announcement
from bot.needs.vocabulary import CONDITIONS
from bot.phones.discretion import discreet
from bot.records import conversations
from bot.records.tables import Conversation, Learning, Pattern, Staff, Step, Telling, now

CHANGES = ("entry", "practice", "policy")
"""An entry was added or mended; we work in another way; a rule was raised with those who can change it."""
STATES = ("new", "read", "linked", "changed", "told")
"""How far a pattern has come."""


class NotAllowed(Exception):
    """It has not come so far, or has come farther.

    Args:
        code: gone, not_read, linked, not_linked, not_changed, changed or told.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Unfit(ValueError):
    """A note or change with something missing. `field` is what."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(field)


@dataclass(frozen=True)
class Note:
    """What the team writes down of a learning.

    Raises:
        Unfit: a part is empty, or the condition is none of the six.
    """

    sees: str
    condition: str
    owner: str
    tries: str

    def __post_init__(self) -> None:
        for field in ("sees", "owner", "tries"):
            if not getattr(self, field).strip():
                raise Unfit(field)
        if self.condition not in CONDITIONS:
            raise Unfit("condition")


@dataclass(frozen=True)
class Change:
    """What has changed; a new or mended entry is named by its topic.

    Raises:
        Unfit: no such kind, no words, or an entry without its topic.
    """

    kind: str
    words: str
    topic: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in CHANGES:
            raise Unfit("kind")
        if not self.words.strip():
            raise Unfit("words")
        if self.kind == "entry" and not self.topic:
            raise Unfit("topic")


def state(pattern: Pattern | None) -> str:
    """One of STATES."""
    if pattern is None:
        return "new"
    if pattern.learning is None:
        return "read"
    return "linked" if pattern.learning.state == "tried" else pattern.learning.state


def newest(session: Session) -> dict[str, Pattern]:
    """The newest pattern of each topic that the team has read."""
    return {each.topic: each for each in session.scalars(select(Pattern).order_by(Pattern.id))}


def fresh(pattern: Pattern | None, shown: int) -> int:
    """How many of the needs that are shown now the team has not read of."""
    return max(0, shown - pattern.seen) if pattern else shown


def read(session: Session, staff: Staff, topic: str, shown: int) -> Pattern:
    """The team has read a pattern as it stands. After people were told, what came since is a new one.

    Args:
        shown: how many needs of it there are now (bot.needs.patterns).
    """
    found = session.scalars(
        select(Pattern).where(Pattern.topic == topic).order_by(Pattern.id.desc()).limit(1).with_for_update(of=Pattern)
    ).first()
    if found is None or state(found) == "told":
        found = Pattern(topic=topic, before=found.seen if found else 0, seen=0)
        session.add(found)
    found.seen = max(found.seen, found.before, shown)
    session.flush()
    _step(session, "read", staff, pattern=found)
    return found


def begin(session: Session, staff: Staff, pattern_id: int, note: Note) -> Learning:
    """Write a learning about a pattern that was read.

    Raises:
        NotAllowed: the pattern is part of one already.
    """
    pattern = _pattern(session, pattern_id)
    if pattern.learning:
        raise NotAllowed("linked")
    learning = Learning()
    _write(learning, note)
    session.add(learning)
    session.flush()
    _step(session, "written", staff, learning=learning)
    link(session, staff, learning.id, pattern_id)
    return learning


def link(session: Session, staff: Staff, learning_id: int, pattern_id: int) -> None:
    """Make a pattern that was read part of a learning.

    Raises:
        NotAllowed: it is part of one, or the learning has its change already.
    """
    learning, pattern = _tried(session, learning_id), _pattern(session, pattern_id)
    if pattern.learning:
        raise NotAllowed("linked")
    pattern.learning = learning
    _step(session, "linked", staff, learning=learning, pattern=pattern)


def unlink(session: Session, staff: Staff, learning_id: int, pattern_id: int) -> None:
    """Take a pattern out again: it is only read. The last one stays.

    Raises:
        NotAllowed: it is not part of the learning, is its last, or the learning has its change already.
    """
    learning, pattern = _tried(session, learning_id), _pattern(session, pattern_id)
    if pattern.learning_id != learning_id or len(learning.patterns) < 2:
        raise NotAllowed("not_linked")
    pattern.learning = None
    _step(session, "unlinked", staff, learning=learning, pattern=pattern)


def rewrite(session: Session, staff: Staff, learning_id: int, note: Note) -> None:
    """Write the note anew, for as long as nothing has changed.

    Raises:
        NotAllowed: something has.
    """
    learning = _tried(session, learning_id)
    _write(learning, note)
    _step(session, "written", staff, learning=learning)


def change(session: Session, staff: Staff, learning_id: int, made: Change) -> None:
    """Something has changed because of it.

    Raises:
        NotAllowed: that was said already.
    """
    learning = _tried(session, learning_id)
    learning.change, learning.changed, learning.topic = made.kind, made.words.strip(), made.topic or None
    learning.state, learning.changed_at = "changed", now()
    _step(session, "changed", staff, learning=learning)


def tell(session: Session, staff: Staff, learning_id: int, texts: Mapping[str, str]) -> list[str]:
    """Tell those who asked for it what has changed, on the channel they wrote on.

    Args:
        texts: what to tell by language; empty ones are left out.

    Returns:
        The conversations in which it was said.

    Raises:
        NotAllowed: nothing has changed yet, or they were told.
        Unfit: there is neither a Norwegian nor an English text to fall back on.
    """
    learning = _locked(session, learning_id)
    if learning.state != "changed":
        raise NotAllowed("not_changed" if learning.state == "tried" else learning.state)
    written = {code: text.strip() for code, text in texts.items() if text.strip()}
    if not {"nb", "en"} & set(written):
        raise Unfit("texts")
    learning.tellings = [Telling(language=code, text=text) for code, text in written.items()]
    learning.state = "told"
    _step(session, "told", staff, learning=learning)
    return _tell_those_waiting(session, learning, written)


def _tell_those_waiting(session: Session, learning: Learning, texts: Mapping[str, str]) -> list[str]:
    """Say it in the conversation of everybody who wanted to hear of one of the topics; once, if it was several."""
    told: list[str] = []
    for topic in sorted({each.topic for each in learning.patterns}):
        for promise in promises.waiting(session, topic):
            promises.keep(promise, now())
            if promise.conversation_id not in told:
                conversation = session.get_one(Conversation, promise.conversation_id)
                reply = announcement(texts, learning.topic, conversation.language)
                reply = reply.model_copy(update={"discreet": discreet(topic)})
                conversations.say(session, conversation.id, reply, author="system")
                told.append(conversation.id)
    return told


def every(session: Session) -> Sequence[Learning]:
    """Every learning, the newest first."""
    return session.scalars(select(Learning).order_by(Learning.id.desc())).all()


def one(session: Session, learning_id: int) -> Learning | None:
    return session.get(Learning, learning_id)


def pattern(session: Session, pattern_id: int) -> Pattern | None:
    return session.get(Pattern, pattern_id)


def only_read(session: Session) -> Sequence[Pattern]:
    """Patterns that were read and are part of no learning."""
    return session.scalars(select(Pattern).where(Pattern.learning_id.is_(None)).order_by(Pattern.id.desc())).all()


def steps(session: Session, learning: Learning) -> Sequence[Step]:
    """Who did what with a learning and its patterns, in the order it was done."""
    patterns = [each.id for each in learning.patterns]
    mine = or_(Step.learning_id == learning.id, and_(Step.learning_id.is_(None), Step.pattern_id.in_(patterns)))
    return session.scalars(select(Step).where(mine).order_by(Step.id)).all()


def _write(learning: Learning, note: Note) -> None:
    learning.sees, learning.tries = note.sees.strip(), note.tries.strip()
    learning.condition, learning.owner = note.condition, note.owner.strip()


def _locked(session: Session, learning_id: int) -> Learning:
    learning = session.get(Learning, learning_id, with_for_update={"of": Learning}, populate_existing=True)
    if learning is None:
        raise NotAllowed("gone")
    return learning


def _tried(session: Session, learning_id: int) -> Learning:
    """A learning to which nothing has changed yet."""
    learning = _locked(session, learning_id)
    if learning.state != "tried":
        raise NotAllowed(learning.state)
    return learning


def _pattern(session: Session, pattern_id: int) -> Pattern:
    pattern = session.get(Pattern, pattern_id, with_for_update={"of": Pattern}, populate_existing=True)
    if pattern is None:
        raise NotAllowed("not_read")
    return pattern


def _step(
    session: Session, what: str, staff: Staff, *, learning: Learning | None = None, pattern: Pattern | None = None
) -> None:
    session.add(
        Step(
            what=what,
            staff_id=staff.id,
            name=staff.name,
            learning_id=learning.id if learning else None,
            pattern_id=pattern.id if pattern else None,
        )
    )
