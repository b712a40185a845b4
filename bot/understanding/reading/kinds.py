"""What a part of a message may say besides what it is about."""

from typing import Literal

Kind = Literal["already", "has", "besides", "more", "not_about", "misunderstood", "refused"]
"""One has it already; one has or gets it, which counts where something else is asked for; apart from it; is there something
else; it is not about this; the answer was about something else; one was refused it."""
