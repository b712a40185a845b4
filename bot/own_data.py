"""The plain words with which people ask for what is kept of them, or to have it deleted: the same as by SMS.

They are everybody's right, so they do not rest on the assistant alone, which has learned many other ways to say it.
"""

import re
from functools import cache

from knowledge.folding import fold
from knowledge.languages import available
from knowledge.sms import message, sms

CHOICE = "delete_my_data"
"""The choice that says what is kept, and offers to delete it."""
_LONGEST = 120
"""Characters of a message beyond which it asks for something else."""


def asked(text: str) -> bool:
    """Whether a message asks for that and nothing else, in any language."""
    folded = f"{fold(text)} "
    return len(text) <= _LONGEST and any(form.fullmatch(folded) for form in _forms())


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    found = [sms(code) for code in available()]
    return tuple(message((*each.words.delete, *each.words.export), each.polite) for each in found)
