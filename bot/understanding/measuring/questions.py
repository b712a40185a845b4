"""A question with the answer it should get, and what was answered."""

from dataclasses import dataclass

from bot.understanding.classifier import OUTSIDE

SHORT = 3
"""Up to so many words, a question is a few words only."""
_ASKING = ("?", "؟", "፧", "⸮")


@dataclass(frozen=True)
class Answered:
    """One question and its answer: labels with their confidence, the best first."""

    text: str
    language: str
    style: str
    truth: str
    ranking: tuple[tuple[str, float], ...]

    @property
    def label(self) -> str:
        return self.ranking[0][0]

    @property
    def confidence(self) -> float:
        return self.ranking[0][1]

    @property
    def right(self) -> bool:
        return self.label == self.truth

    @property
    def ours(self) -> bool:
        """Whether it is about something that can be answered."""
        return self.truth != OUTSIDE

    @property
    def foreign(self) -> float:
        """How likely it was held to be about something else; 0 where that is not among what was ranked."""
        return dict(self.ranking).get(OUTSIDE, 0.0)


def derived_style(text: str) -> str:
    """How a question is put, as far as its form tells: short, question or situation."""
    if len(text.split()) <= SHORT:
        return "short"
    return "question" if text.rstrip(" .!").endswith(_ASKING) else "situation"
