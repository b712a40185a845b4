"""How much says that a message goes on about a topic at hand ("and if I move?") and asks for nothing else.

What a message is about where no topic is at hand, the classifier says; short remarks it takes for this or that. So it is
weighed how likely it is to be something else, to be about the topic, to be answered by a statement of its entry, and to
make sense only with a topic; and how long it is, for who begins something new tells more.
"""

from math import log

from bot.understanding.classifier import Prediction
from bot.understanding.reading.asked import log_odds
from bot.understanding.statements import Found

GOING_ON = "goes_on"
"""What Rasa keeps of a message: how likely it goes on about a topic at hand. Danger in plain words never does."""
_OTHER, _AT_HAND, _STATEMENT, _GOES_ON, _WORDS, _BIAS = -0.47, 0.26, 0.81, 0.18, -1.65, 6.82
"""Weights of log odds, of the logarithm of the number of words, and the sum's bias, by logistic regression on one half of
conversations.jsonl (182 messages that go on and were taken for something else, 81 that go over to something else) and on
950 messages of the other files about another topic. Of the other half of it 91% and 87% are heard rightly; of 950 other
messages about another topic 2% are heard as going on, with the other topic offered below."""
OF_US = frozenset({"human", "change_language", "delete_my_data", "not_helped", "who_are_you"})
"""What is asked of us, not of the entries."""
HARDLY = 0.5
"""What is less likely than this to ask something of us need go on about a topic no more surely than anything else."""
SURELY = 2.0
"""By how much more it must go on about a topic: of 272 messages that ask something of us 1.5% then do, and of 50 that went
on and were taken for such, 21. And so must what is taken for something that cannot wait."""


def weight(message: Prediction, text: str, topic: str, found: Found, other: str = "") -> float:
    """How much says that a message goes on about a topic: from 0 it likely does.

    Args:
        message: what it is about where no topic is at hand.
        found: the statements of the topic's entry that may answer it, without the short answer, the likeliest first.
        other: what it would be taken for instead; the likeliest label where none is given.
    """
    total = _OTHER * log_odds(message.ranking, other or message.label) + _AT_HAND * log_odds(message.ranking, topic)
    total += _STATEMENT * log_odds(found, found[0][0]) if found else -_BIAS
    return total + _GOES_ON * log_odds((("", message.goes_on),), "") + _WORDS * log(len(text.split())) + _BIAS
