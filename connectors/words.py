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
        "contact_closed": s.gettext("A contact could not meet it"),
    }


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
