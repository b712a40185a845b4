"""How much says that a message goes on about a topic at hand ("and if I move?") and asks for nothing else.

What a message is about where no topic is at hand, the classifier says; short remarks it takes for this or that. So it is
weighed how likely it is to be something else, to be about the topic, to be answered by a statement of its entry, and to
make sense only with a topic; and how long it is, for who begins something new tells more.
"""

from math import inf, log

from bot.understanding.classifier import Prediction
from bot.understanding.reading.needs import log_odds
from bot.understanding.statements import Found, likeliest

GOING_ON = "goes_on"
"""What Rasa keeps of a message: how likely it goes on about a topic at hand. Danger in plain words never does."""
_OTHER, _AT_HAND, _STATEMENT, _GOES_ON, _WORDS, _BIAS = -0.47, 0.26, 0.81, 0.18, -1.65, 6.82
"""Weights of log odds, of the logarithm of the number of words, and the sum's bias, by logistic regression on one half of
conversations.jsonl (182 messages that go on and were taken for something else, 81 that go over to something else) and on
950 messages of the other files about another topic. Of the other half of it, 193 of 214 that go on and were taken for
something else and 82 of 96 that go over are heard rightly; of 1 135 other messages about another topic than a random one
at hand 3.1% are heard as going on."""
OF_US = frozenset({"delete_my_data", "not_helped", "who_are_you"})
"""What is asked of us and may go on about a topic all the same ("can I be anonymous?"). Who asks for a person or another
language has it."""
HARDLY = 0.5
"""How likely it may be asked of us, at most, for that; and how likely a statement must be to answer it, at least."""
SURELY = 2.0
"""How much more must say that what is asked of us, or cannot wait, goes on about a topic: of the held-out messages that
ask something of us, none does, with every third topic at hand;"""
FOREIGN = 1.0
"""and that what is foreign does: of the held-out foreign messages 2.9% do."""


def instead(message: Prediction, text: str, topic: str, found: Found) -> bool:
    """Whether what may be asked of us goes on about the topic at hand.

    Args:
        message, text, topic, found: as of `weight`.
    """
    label, share = message.ranking[0]
    if label not in OF_US or share >= HARDLY or not likeliest(found, HARDLY):
        return False
    return weight(message, text, topic, found) >= SURELY


def weight(message: Prediction, text: str, topic: str, found: Found, other: str = "") -> float:
    """How much says that a message goes on about a topic: from 0 it likely does.

    Args:
        message: what it is about where no topic is at hand.
        found: the statements of the topic's entry that may answer it, without the short answer, the likeliest first.
        other: what it would be taken for instead; the likeliest label where none is given.
    """
    if not found or not any(map(str.isalpha, text)):
        return -inf
    total = _OTHER * log_odds(message.ranking, other or message.label) + _AT_HAND * log_odds(message.ranking, topic)
    total += _STATEMENT * log_odds(found, found[0][0]) + _GOES_ON * log_odds((("", message.goes_on),), "")
    return total + _WORDS * log(len(text.split())) + _BIAS
