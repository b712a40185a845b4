"""Three-valued logic (Kleene's strong one) that remembers why: which facts settled a value, or which are missing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

Value = bool | Decimal | str | frozenset[str] | tuple[int, ...]
"""What is known of something: yes or no, a number, one word, several words, or the ages of children."""
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """A value with its reasons. `value` is None while it is unknown.

    `because` are the facts that settled a known value; `missing` those that could settle an unknown one. Both are empty
    where no fact can settle it, because somebody has to judge.
    """

    value: Value | None = None
    because: frozenset[str] = _NONE
    missing: frozenset[str] = _NONE


def negated(finding: Finding) -> Finding:
    """Not: what is unknown stays unknown."""
    return finding if finding.value is None else replace(finding, value=not finding.value)


def all_of(findings: Iterable[Finding]) -> Finding:
    """And: one no settles it, whatever is unknown."""
    return _settled_by(False, list(findings))


def any_of(findings: Iterable[Finding]) -> Finding:
    """Or: one yes settles it, whatever is unknown."""
    return _settled_by(True, list(findings))


def _settled_by(deciding: bool, findings: list[Finding]) -> Finding:
    decided = [each for each in findings if each.value is deciding]
    if decided:
        return Finding(deciding, because=_union(each.because for each in decided))
    unknown = [each for each in findings if each.value is None]
    if unknown:
        return Finding(missing=_union(each.missing for each in unknown))
    return Finding(not deciding, because=_union(each.because for each in findings))


def computed(function: Callable[..., Value | None], *findings: Finding) -> Finding:
    """What a function gives of values; unknown while one of them is, or where the function has no answer.

    Where nothing can settle one of them, nothing can settle the whole.
    """
    unknown = [each for each in findings if each.value is None]
    if unknown:
        return (
            Finding(missing=_union(each.missing for each in unknown)) if all(e.missing for e in unknown) else Finding()
        )
    value = function(*(each.value for each in findings))
    return Finding(value, because=_union(each.because for each in findings))


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return _NONE.union(*sets)
