"""Takes what came from phones into their conversations: in order for each phone, once, whatever happens in between.

Words of command are obeyed in one transaction with what they bring about. Everything else goes through the dialogue, whose
answers are queued for the phone in the transaction of the turn (bot.phones.outbox).
"""

import asyncio
import unicodedata

import structlog

from bot.dialogue import Unusable
from bot.handoff.desk import DESK
from bot.phones import inbox, passages, phones
from bot.phones.caller import Caller
from bot.phones.inbox import Whole
from bot.records.tables import now
from bot.replies import Reply
from bot.speech import speech
from connectors import pace
from connectors.installation import Installation
from connectors.pace import TooMuch
from connectors.sms import rendering, words
from connectors.sms.outbound import OUT
from knowledge.sms import sms

log = structlog.get_logger(__name__)
IN = "sms in"
"""What is heard when something has come in (connectors.live)."""
AT_ONCE = 4
"""Phones whose messages are answered at the same time: few, so that gateways which bring more are not kept waiting."""
_BARE = 2
"""Words of a bare command. What cannot be undone is asked about first when it is said in more."""


async def take_waiting(here: Installation) -> int:
    """Answer the oldest message of each phone. Returns how many were answered; what failed is tried again later."""
    with here.database.reading() as session:
        waiting = inbox.waiting(session, now())[:AT_ONCE]
    results = await asyncio.gather(*(_take(here, whole) for whole in waiting), return_exceptions=True)
    failed = [result for result in results if isinstance(result, BaseException)]
    for error in failed:
        log.error("an SMS was not taken; it is tried again", error=type(error).__name__)
    if waiting:
        here.live.heard(OUT)
    return len(waiting) - len(failed)


async def _take(here: Installation, whole: Whole) -> None:
    deleted: list[str] = []
    with here.database.transaction() as session:
        caller = Caller.of(session, whole, now())
        if caller is None:
            return
        obeyed = caller.gone or _obey(here, caller, deleted) or _is_too_much(here, caller)
        if obeyed:
            caller.done()
        else:
            conversation = caller.into_conversation().id
            choice = _chosen(caller)
    for each in deleted:
        here.dialogue.deleted(each)
    if not obeyed:
        await _answer(here, whole, conversation, choice)
    here.live.heard(DESK)


async def _answer(here: Installation, whole: Whole, conversation: str, choice: str | None) -> None:
    reason = ""
    try:
        text = "" if choice else whole.text
        await here.dialogue.receive(conversation, f"sms/{whole.ids[0]}", text, choice, phones.CHANNEL)
    except Unusable as error:
        reason = error.reason
    with here.database.transaction() as session:
        caller = Caller.of(session, whole, now())
        if caller:
            if reason:
                caller.tell(reason)
            caller.done()


def _obey(here: Installation, caller: Caller, deleted: list[str]) -> bool:
    """Do what a word of command, or a code from the web, says. Returns whether it was one."""
    text, language = caller.whole.text, caller.language
    code = _code(text)
    if code and caller.arrive(code):
        return True
    command = words.command(text, language)
    said = sms(language).say
    match command:
        case "stop":
            caller.stop(said("stopped"))
        case "start":
            caller.start(said("started"))
        case "help":
            on_the_web = caller.code_for_web()
            caller.tell(f"{said('help')}\n{here.settings.address}/c/{on_the_web}" if on_the_web else said("help"))
        case "export":
            on_the_web = caller.code_for_web()
            link = f"{said('export')}\n{here.settings.address}/c/{on_the_web}"
            caller.tell(link if on_the_web else said("nothing"))
        case "delete" if len(text.split()) <= _BARE:
            deleted += caller.delete_all()
            caller.tell(speech(language).gettext("The conversation is deleted."))
        case _:
            return _reads_on(here, caller, asked=command == "more")
    return True


def _is_too_much(here: Installation, caller: Caller) -> bool:
    """Whether this phone writes more than is answered. It is told so once an hour: each SMS costs money."""
    phone = str(caller.whole.phone_id)
    try:
        here.pace.message("phone", phone, caller.whole.text)
    except TooMuch:
        if not here.pace.told(phone):
            caller.tell(pace.words(speech(caller.language)))
        return True
    return False


def _reads_on(here: Installation, caller: Caller, *, asked: bool) -> bool:
    """Send the next page, when there is one and it is asked for: by MORE, or by 1 where that was offered."""
    shown = caller.shown
    if shown is None or shown.message is None:
        return False
    if not asked and rendering.is_neutral(shown.message, shown.page):
        asked = words.number(caller.whole.text, caller.language) == 1
    if not asked or shown.page + 1 >= len(rendering.pages(shown.message, here.settings.address)):
        return False
    caller.read_on(shown)
    return True


def _chosen(caller: Caller) -> str | None:
    """The choice a number means: one of those that stand last on the phone, which need not be the last there are."""
    shown, number = caller.shown, words.number(caller.whole.text, caller.language)
    if shown is None or shown.message is None or number is None or caller.conversation is None:
        return None
    if shown.message.conversation_id != caller.conversation.id:
        return None
    choices = Reply.model_validate(shown.message.body).choices
    return choices[number - 1].id if 1 <= number <= len(choices) else None


def _code(text: str) -> str | None:
    """The code of a passage in a message, in digits of any script."""
    digits = [unicodedata.digit(each) for each in text if unicodedata.digit(each, None) is not None]
    if len(digits) != passages.DIGITS or len(text) > 3 * passages.DIGITS:
        return None
    return "".join(map(str, digits))
