"""What people who asked for it are told when something has changed because of what they lacked."""

from collections.abc import Mapping

from bot.replies import Choice, Reply
from bot.speech import speech, understands

FALLBACKS = ("en", "nb")


def announcement(texts: Mapping[str, str], topic: str | None, language: str) -> Reply:
    """The team's text in the person's language; else in another one, and it says which.

    It says nothing of what the person asked about: it may come when somebody else holds the phone.

    Args:
        texts: what to tell by language, in Norwegian or English at least.
        topic: the entry that came of it, which one choice leads to.
    """
    s = speech(language)
    written = next(code for code in (s.code, *_readable(s.code, texts), *FALLBACKS) if code in texts)
    lead = s.gettext("You wanted to hear if something changed after you told us what was missing. This has changed:")
    parts = [lead, texts[written]]
    if not understands(s.code, written):
        parts.append(s.fill(s.gettext("This text is in {language}."), language=s.language_name(written)))
    choices = (Choice(id=topic, title=s.gettext("Read what is new")),) if topic else ()
    return Reply(text="\n\n".join(parts), language=s.code, choices=choices)


def _readable(code: str, texts: Mapping[str, str]) -> list[str]:
    """The texts in the other written form of Norwegian."""
    return [other for other in texts if understands(code, other)]
