"""The words of the review loop, for the programme team."""

from bot.speech import Speech


def state_names(s: Speech) -> dict[str, str]:
    """How far a pattern has come (bot.needs.learnings.STATES)."""
    return {
        "new": s.gettext("New"),
        "read": s.gettext("Read"),
        "linked": s.gettext("We are trying something"),
        "changed": s.gettext("Something has changed"),
        "told": s.gettext("People have been told"),
    }


def step_names(s: Speech) -> dict[str, str]:
    return {
        "read": s.gettext("read the pattern"),
        "written": s.gettext("wrote the note"),
        "linked": s.gettext("added a pattern"),
        "unlinked": s.gettext("took a pattern out"),
        "changed": s.gettext("wrote what has changed"),
        "told": s.gettext("told those who had asked for it"),
    }


def change_names(s: Speech) -> dict[str, str]:
    return {
        "entry": s.gettext("An entry was added or mended"),
        "practice": s.gettext("We work in another way"),
        "policy": s.gettext("A rule was raised with those who can change it"),
    }


def service_names(s: Speech) -> dict[str, tuple[str, dict[str, str]]]:
    """How people were served (bot.needs.service): the heading of each chart, and its kinds in order."""
    return {
        "messages": (
            s.gettext("What became of messages"),
            {
                "answered": s.gettext("An answer was found"),
                "asked_back": s.gettext("Asked back"),
                "refused": s.gettext("No answer was found"),
                "handed_over": s.gettext("Went to a person"),
            },
        ),
        "waits": (
            s.gettext("How soon a person answered"),
            {
                "within_15_minutes": s.gettext("Within 15 minutes"),
                "within_an_hour": s.gettext("Within an hour"),
                "within_a_day": s.gettext("Within a day"),
                "later": s.gettext("Later"),
            },
        ),
    }


def refusal_words(s: Speech, code: str) -> str:
    """Why something cannot be done now (bot.needs.learnings.NotAllowed)."""
    return {
        "gone": s.gettext("There is no such learning."),
        "not_read": s.gettext("Nobody has read this pattern yet."),
        "linked": s.gettext("This pattern is already part of a learning."),
        "not_linked": s.gettext("A learning must keep at least one pattern, and this is not another one of it."),
        "not_changed": s.gettext("Nothing has changed yet that people could be told of."),
        "changed": s.gettext("What has changed is written already."),
        "told": s.gettext("People have been told. If it happens again, it is a new pattern."),
    }[code]


def missing_words(s: Speech, field: str) -> str:
    """What is missing in a form (bot.needs.learnings.Unfit)."""
    return {
        "sees": s.gettext("Write what you see."),
        "condition": s.gettext("Choose which of the conditions has to move."),
        "owner": s.gettext("Write who has taken it on."),
        "tries": s.gettext("Write what you try."),
        "kind": s.gettext("Choose what kind of change it is."),
        "words": s.gettext("Write what has changed."),
        "topic": s.gettext("Choose the entry."),
        "texts": s.gettext("Write the text in Norwegian or in English at least. The others fall back on it."),
        "pattern": s.gettext("There is no such pattern."),
    }[field]
