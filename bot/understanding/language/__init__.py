"""Which language a message is written in, and which language it names.

`profiles` is what is known of each language, `learning` makes it out of our own texts, `judging` weighs a message, and
`names` finds a language that is asked for.
"""

from bot.understanding.language.judging import clearly, identify
from bot.understanding.language.names import named

__all__ = ["clearly", "identify", "named"]
