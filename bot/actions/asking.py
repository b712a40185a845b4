"""The one question about a person's own words, asked wherever they could teach something."""

from bot import answers
from bot.actions.base import Situation
from bot.replies import Choice


def may_we_keep_it(now: Situation) -> tuple[str, tuple[Choice, ...]]:
    """Whether what they wrote may be kept, with a way to a person, yes and no."""
    s = now.speech
    text = s.gettext(
        "May we keep what you wrote, so that we can become better? We take out names and numbers. Nobody sees who you are."
    )
    yes = Choice(id="keep_words:yes", title=s.gettext("Yes, keep what I wrote"))
    no = Choice(id="keep_words:no", title=s.gettext("No, do not keep it"))
    return text, (answers.a_person(s), yes, no)
