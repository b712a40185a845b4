"""What an action asks to be done besides speaking. Actions only say it; the dialogue does it, in the turn's transaction.

So a turn that fails leaves nothing half-done, and a turn that is answered again after a crash does nothing twice.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bot.screening.household import Household


class _Effect(BaseModel):
    model_config = ConfigDict(frozen=True)


class RequestContact(_Effect):
    """Hand the conversation over to the contact the person was shown."""

    effect: Literal["request_contact"] = "request_contact"
    urgent: bool = False
    topic: str | None = None
    contact: int | None = None
    """The id of the contact they were shown."""
    consent: str = "no"
    """What of the summary they were shown may be passed on (bot.handoff.summary.agreed)."""


class RecordNeed(_Effect):
    """Something the person lacked."""

    effect: Literal["record_need"] = "record_need"
    moment: Literal["no_answer", "not_helped", "screening"]
    barrier: str
    topic: str | None = None
    language: str | None = None
    """The language that was lacking, where it is not the conversation's."""
    children: Literal["yes", "no"] | None = None
    """Whether children are affected, where they were told of."""


class RecordCandidate(_Effect):
    """The person has picked what their unclear words were about."""

    effect: Literal["record_candidate"] = "record_candidate"
    topic: str
    offered: tuple[str, ...]
    """What they could pick from, the likeliest first."""
    corrected: bool = False
    """Whether their last words only said that something else was meant: then the words before them count."""


class KeepWords(_Effect):
    """The person agrees that the words behind what was just recorded are kept, masked."""

    effect: Literal["keep_words"] = "keep_words"


class ForgetWords(_Effect):
    effect: Literal["forget_words"] = "forget_words"


class SetLanguage(_Effect):
    effect: Literal["set_language"] = "set_language"
    language: str


class SetPlace(_Effect):
    effect: Literal["set_place"] = "set_place"
    place: str


class KeepHousehold(_Effect):
    """What the household has told so far, and where the talk about it stands."""

    effect: Literal["keep_household"] = "keep_household"
    household: Household


class ForgetHousehold(_Effect):
    effect: Literal["forget_household"] = "forget_household"


class DeleteConversation(_Effect):
    effect: Literal["delete_conversation"] = "delete_conversation"


Effect = Annotated[
    RequestContact
    | RecordNeed
    | RecordCandidate
    | KeepWords
    | ForgetWords
    | SetLanguage
    | SetPlace
    | KeepHousehold
    | ForgetHousehold
    | DeleteConversation,
    Field(discriminator="effect"),
]
EFFECT: TypeAdapter[Effect] = TypeAdapter(Effect)
