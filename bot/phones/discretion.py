"""What does not stand on a screen that others may see: an SMS shows on a locked phone."""

_TOPICS = frozenset({"vold-og-krisesenter", "familievern", "barnevern"})
"""Violence; and leaving somebody, or asking for help for a child, which is most dangerous where there is violence."""
_DANGERS = frozenset({"violence", "child"})
"""Kinds of acute danger that come from somebody who may hold the phone."""


def discreet(topic: str | None) -> bool:
    """Whether what is said about a topic, or to a kind of acute danger, waits until the person asks for it."""
    return topic in _TOPICS or topic in _DANGERS
