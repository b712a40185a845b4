"""How much of what tells who somebody is gets masked, and how much of the rest stays, by kind and language."""

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.needs.masking import mask

CORPUS: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("masking.yml").read_text("utf-8"))
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
KINDS = {"names": "name", "births": "date of birth", "ages": "age", "addresses": "address"}
LEAST = defaultdict(lambda: 0.97, {"name": 0.9, "address": 0.9})
"""The share of each kind that must be masked."""
STAYING = 0.95
"""The share of sentences without anything of the kind that must stay as they are."""


def cases() -> list[tuple[str, str, str, str]]:
    """Language, kind, sentence, and what must not be left of it."""
    found = []
    for language, each in CORPUS["languages"].items():
        for kind, numbers in CORPUS["numbers"].items():
            for place, number in enumerate(numbers):
                found.append((language, kind, each["carry"][place % len(each["carry"])].format(number), number))
        for group, kind in KINDS.items():
            found += [(language, kind, sentence, secret) for sentence, secret in each[group].items()]
    return found


def is_masked(sentence: str, secret: str) -> bool:
    """No word or figure of it is left."""
    masked = mask(sentence)
    parts = [secret.translate(DIGITS), *(word for word in secret.translate(DIGITS).split() if len(word) > 1)]
    return not any(re.search(rf"(?<![\w–]){re.escape(part)}(?![\w–])", masked) for part in parts)


def kept_around(sentence: str, secret: str) -> bool:
    """Everything but what had to go stands as it was, apart from the mark that took its place."""
    before, _, after = sentence.translate(DIGITS).partition(secret.translate(DIGITS))
    masked = mask(sentence)
    return masked.startswith(before.rstrip()[:-1]) and masked.endswith(after.strip()[1:])


def ordinary() -> list[tuple[str, str]]:
    return [(language, text) for language, each in CORPUS["languages"].items() for text in each["ordinary"]]


def test_the_corpus_is_large_enough() -> None:
    assert len(cases()) >= 200
    assert len(ordinary()) >= 100
    assert len(cases()) + len(ordinary()) >= 300


@pytest.mark.parametrize("by", ["kind", "language"])
def test_what_tells_who_somebody_is_is_masked_and_the_rest_stays(by: str) -> None:
    all_, found, around, missed = Counter[str](), Counter[str](), Counter[str](), defaultdict(list)
    for language, kind, sentence, secret in cases():
        group = kind if by == "kind" else language
        all_[group] += 1
        found[group] += is_masked(sentence, secret)
        around[group] += kept_around(sentence, secret)
        if not is_masked(sentence, secret):
            missed[group].append(f"{sentence} -> {mask(sentence)}")
    for group, number in all_.items():
        print(
            f"{group:16} {number:4} recall {found[group] / number:.3f} the rest as it was {around[group] / number:.3f}"
        )
    for group, number in all_.items():
        assert found[group] / number >= (LEAST[group] if by == "kind" else 0.93), missed[group]


def test_what_people_ask_about_stays() -> None:
    all_, kept, lost = Counter[str](), Counter[str](), []
    for language, text in ordinary():
        all_[language] += 1
        kept[language] += mask(text) == text.translate(DIGITS)
        if mask(text) != text.translate(DIGITS):
            lost.append(f"{text} -> {mask(text)}")
    for language, number in all_.items():
        masked = sum(is_masked(sentence, secret) for each, _, sentence, secret in cases() if each == language)
        precision = masked / (masked + number - kept[language])
        print(f"{language:16} {number:4} left as it was {kept[language] / number:.3f} precision {precision:.3f}")
    assert kept.total() / all_.total() >= STAYING, lost


@pytest.mark.parametrize("text", ["Ingrid Moe hjalp meg", "INGRID sa nei", "Jeg snakket med moe, takk"])
def test_the_names_of_people_in_the_conversation_are_masked_wherever_they_stand(text: str) -> None:
    masked = mask(text, ["Ingrid Moe (demo)"])
    assert "[name]" in masked
    assert not {"ingrid", "moe"} & set(masked.lower().replace(",", "").split())


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("jeg er 34 år", "jeg er 30–39 år"),
        ("barnet er 8 år", "barnet er 0–9 år"),
        ("etter 34 år i jobb", "etter 34 år i jobb"),
    ],
)
def test_an_age_becomes_ten_years_and_a_length_of_time_stays(text: str, masked: str) -> None:
    assert mask(text) == masked
