"""The vocabulary of needs, and the shelves of topics, in the words of the reader."""

from bot.speech import Speech


def area_names(s: Speech) -> dict[str, str]:
    return {
        "money": s.gettext("Money and debt"),
        "work": s.gettext("Work and income"),
        "family": s.gettext("Children and family"),
        "housing": s.gettext("Housing"),
        "health": s.gettext("Health and care"),
        "newcomer": s.gettext("New in Norway"),
        "rights": s.gettext("Rights, complaints and legal help"),
        "belonging": s.gettext("Belonging and contributing"),
    }


def outcome_names(s: Speech) -> dict[str, str]:
    return {
        "met": s.gettext("The need was met"),
        "partly_met": s.gettext("Partly met"),
        "not_met": s.gettext("Could not be met"),
    }


def moment_names(s: Speech) -> dict[str, str]:
    return {
        "no_answer": s.gettext("The bot had no answer"),
        "not_helped": s.gettext("The answer did not help"),
        "screening": s.gettext("A screening found nothing"),
        "contact_closed": s.gettext("A contact could not meet it"),
    }


def children_names(s: Speech) -> dict[str, str]:
    return {"yes": s.gettext("Yes"), "no": s.gettext("No"), "": s.gettext("Not known")}


def barrier_names(s: Speech) -> dict[str, str]:
    return {
        "no_scheme": s.gettext("There is no scheme for it"),
        "not_eligible": s.gettext("Not eligible"),
        "refused": s.gettext("Refused"),
        "too_slow": s.gettext("Too slow"),
        "language": s.gettext("Language"),
        "digital": s.gettext("Digital barrier"),
        "trust_or_shame": s.gettext("Trust or shame"),
        "distance": s.gettext("Distance"),
        "rules_collide": s.gettext("Rules collide"),
        "not_understood": s.gettext("Not understood"),
        "other": s.gettext("Something else"),
    }


def condition_names(s: Speech) -> dict[str, str]:
    return {
        "mental_models": s.gettext("Mental models"),
        "relationships": s.gettext("Relationships and networks"),
        "power": s.gettext("Power dynamics"),
        "resources": s.gettext("Resources"),
        "practices": s.gettext("Practices"),
        "policies": s.gettext("Policies"),
    }


def look_names(s: Speech) -> dict[str, str]:
    """What was done with a conversation, for its own person."""
    return {
        "read": s.gettext("read it"),
        "took_over": s.gettext("took over"),
        "declined": s.gettext("could not take over"),
        "wrote": s.gettext("wrote to you"),
        "handed_on": s.gettext("wanted to hand on"),
        "kept": s.gettext("stayed with you"),
        "asked_helper": s.gettext("asked a colleague for advice"),
        "noted": s.gettext("made a note"),
        "opened_number": s.gettext("looked at your phone number"),
        "closed": s.gettext("ended the conversation"),
    }


def state_names(s: Speech) -> dict[str, str]:
    """How far a handoff has come, for the desk."""
    return {
        "requested": s.gettext("A person is wanted"),
        "offered": s.gettext("Somebody is asked"),
        "declined": s.gettext("Could not take it"),
        "timed_out": s.gettext("Did not answer in time"),
        "accepted": s.gettext("Taken over"),
        "active": s.gettext("Your turn"),
        "waiting": s.gettext("Their turn"),
        "transferred": s.gettext("To be handed on: the resident decides"),
        "closed": s.gettext("Ended"),
        "reopened": s.gettext("Taken up again"),
    }


def reason_names(s: Speech) -> dict[str, str]:
    """What speaks for and against asking a contact."""
    return {
        "helped_last": s.gettext("helped last time"),
        "stands_in": s.gettext("stands in for whoever helped last time"),
        "at_work": s.gettext("at work"),
        "place": s.gettext("right place"),
        "language": s.gettext("right language"),
        "topic": s.gettext("knows the topic"),
        "full": s.gettext("has as many as they can take"),
        "not_at_work": s.gettext("not at work"),
    }


def refusal_words(s: Speech, code: str, name: str) -> str:
    """Why something could not be done at the desk (bot.handoff.handoffs.NotAllowed)."""
    texts = {
        "gone": s.gettext("There is no such conversation any more."),
        "taken": s.gettext("{name} was faster and has the conversation now.").format(name=name or "?"),
        "closed": s.gettext("This conversation has ended."),
        "not_yours": s.gettext("This conversation is not in your hands."),
        "not_now": s.gettext("That cannot be done at this point."),
    }
    return texts[code] if name or code != "taken" else s.gettext("A colleague was faster and has the conversation now.")


def pulse_questions(s: Speech) -> dict[str, str]:
    return {
        "listened": s.gettext("Did you feel listened to and respected?"),
        "contributed": s.gettext("Could you use what you are good at, or decide for yourself?"),
    }


def pulse_answers(s: Speech) -> dict[str, str]:
    return {"yes": s.gettext("Yes"), "partly": s.gettext("Partly"), "no": s.gettext("No")}
