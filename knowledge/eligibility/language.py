"""The language of conditions and amounts in the files: a small part of Python's expressions, read but never run as code.

    status in ('norwegian', 'nordic')      a word that was chosen       'pregnant' in situation     one of several words
    count(children, 0, 17) >= 1            children from .. to years    age >= 18 and not retired   and, or, not
    {barnetrygd.ordinaer} * 2              a figure of parameters/ by its date; percents are shares: 45 % is 0.45
    min(a, b)  max(a, b)  floor(a)  ceil(a)  round(a)  + - * /          x if condition else y

Every expression has a kind, checked when the files are read: truth, number, word, words or ages.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Literal, Protocol, cast

from knowledge.eligibility.logic import Finding, Value, all_of, any_of, computed, negated

Kind = Literal["truth", "number", "word", "words", "ages"]
_NOTHING: frozenset[str] = frozenset()


class Scope(Protocol):
    """What an expression is read against: the facts of a household and the figures of a day."""

    def fact(self, name: str) -> Finding: ...

    def rate(self, name: str) -> Finding: ...


class ExpressionError(ValueError):
    """An expression that cannot be read, in words for the editor who wrote it."""


@dataclass(frozen=True)
class Term:
    """An expression that has been read.

    `words` are those it can be (kind word) or hold (words). `facts` and `rates` are all it can depend on. `turns` says for
    each fact at which values the expression turns: words, years of age, or expressions without facts.
    """

    kind: Kind
    find: Callable[[Scope], Finding]
    words: frozenset[str] = _NOTHING
    facts: frozenset[str] = _NOTHING
    rates: frozenset[str] = _NOTHING
    turns: frozenset[tuple[str, "str | int | Term"]] = field(default=frozenset(), compare=False)


_COMPARE: dict[type[ast.cmpop], Callable[..., bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def _divided(a: Decimal, b: Decimal) -> Decimal | None:
    return a / b if b else None


_ARITHMETIC: dict[type[ast.operator], Callable[..., Decimal | None]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _divided,
}
_FUNCTIONS: dict[str, Callable[..., Decimal]] = {
    "min": min,
    "max": max,
    "floor": lambda a: a.quantize(Decimal(1), ROUND_FLOOR),
    "ceil": lambda a: a.quantize(Decimal(1), ROUND_CEILING),
    "round": lambda a: a.quantize(Decimal(1), ROUND_HALF_UP),
}


def parse(text: str, names: Callable[[str], Term | None], rates: Mapping[str, str], kind: Kind) -> Term:
    """Read an expression.

    Args:
        names: the term behind a name (a fact, a definition, an earlier step), or None.
        rates: the unit of each parameter by its name.
        kind: what the expression must be.

    Raises:
        ExpressionError: it is not an expression of this language, names what there is not, or is of another kind.
    """
    try:
        term = _Reader(names, rates).term(ast.parse(text.strip(), mode="eval").body)
    except SyntaxError as error:
        raise ExpressionError(f"cannot be read: {error.msg}") from error
    except UnicodeError as error:
        raise ExpressionError("cannot be read: it is not text") from error
    except (RecursionError, MemoryError) as error:
        raise ExpressionError("cannot be read: it is too deep") from error
    if term.kind != kind:
        raise ExpressionError(f"is a {term.kind}, but must be a {kind}")
    return term


@dataclass(frozen=True)
class _Reader:
    names: Callable[[str], Term | None]
    rates: Mapping[str, str]

    def term(self, node: ast.expr) -> Term:
        match node:
            case ast.Constant(value=bool() as truth):
                return _constant("truth", truth)
            case ast.Constant(value=int() | float()):
                return _constant("number", Decimal(ast.unparse(node)))
            case ast.Constant(value=str() as word):
                return _constant("word", word, frozenset({word}))
            case ast.Name(id=name):
                return self._named(name)
            case ast.Set(elts=[ast.Attribute() | ast.Name() as name]):
                return self._rate(ast.unparse(name))
            case ast.BoolOp(op=op, values=values):
                terms = [self._of(value, "truth") for value in values]
                together = all_of if isinstance(op, ast.And) else any_of
                return _joined("truth", terms, lambda scope: together(term.find(scope) for term in terms))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self._of(operand, "truth")
                return _joined("truth", [inner], lambda scope: negated(inner.find(scope)))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return _computed("number", operator.neg, self._of(operand, "number"))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return _computed("number", _ARITHMETIC[type(op)], self._of(left, "number"), self._of(right, "number"))
            case ast.Compare(left=left, ops=ops, comparators=rights):
                pairs = zip([left, *rights], ops, rights, strict=False)
                links = [self._compared(one, op, other) for one, op, other in pairs]
                return (
                    links[0] if len(links) == 1 else _joined("truth", links, lambda s: all_of(t.find(s) for t in links))
                )
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._either(self._of(test, "truth"), self.term(body), self.term(orelse))
            case ast.Call(
                func=ast.Name(id="count"), args=[ages, ast.Constant(value=int(least)), ast.Constant(value=int(most))]
            ):
                return self._counted(self._of(ages, "ages"), least, most)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS and args:
                if (len(args) > 1) != (name in ("min", "max")):
                    raise ExpressionError(f"{name} takes {'two or more' if name in ('min', 'max') else 'one'}")
                return _computed("number", _FUNCTIONS[name], *(self._of(each, "number") for each in args))
        raise ExpressionError(f"{ast.unparse(node)!r} is not part of the language")

    def _of(self, node: ast.expr, kind: Kind) -> Term:
        term = self.term(node)
        if term.kind != kind:
            raise ExpressionError(f"{ast.unparse(node)!r} is a {term.kind}, but a {kind} is needed there")
        return term

    def _named(self, name: str) -> Term:
        term = self.names(name)
        if term is None:
            raise ExpressionError(f"there is no fact or definition {name!r}")
        return term

    def _rate(self, name: str) -> Term:
        if name not in self.rates:
            raise ExpressionError(f"there is no figure {{{name}}}")
        return Term("number", lambda scope: scope.rate(name), rates=frozenset({name}))

    def _compared(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Term:
        if isinstance(op, ast.In | ast.NotIn):
            found = self._within(left, right)
            return found if isinstance(op, ast.In) else _joined("truth", [found], lambda s: negated(found.find(s)))
        if type(op) not in _COMPARE:
            raise ExpressionError("things are compared with == != < <= > >= and in")
        one, other = self.term(left), self.term(right)
        if one.kind != other.kind or one.kind in ("words", "ages"):
            raise ExpressionError(f"{ast.unparse(left)!r} and {ast.unparse(right)!r} cannot be compared")
        if one.kind == "word" and not isinstance(op, ast.Eq | ast.NotEq):
            raise ExpressionError("words are compared with == != and in")
        return self._turning(_computed("truth", _COMPARE[type(op)], one, other), one, other)

    def _within(self, left: ast.expr, right: ast.expr) -> Term:
        """'pregnant' in situation, or status in ('eea', 'nordic')."""
        one = self._of(left, "word")
        if isinstance(right, ast.Tuple | ast.List):
            others = [self._of(each, "word") for each in right.elts]
            term = _computed("truth", lambda word, *words: word in words, one, *others)
            return self._turning(term, one, *others)
        several = self._of(right, "words")
        return self._turning(_computed("truth", lambda word, words: word in words, one, several), several, one)

    def _turning(self, term: Term, *sides: Term) -> Term:
        """The comparison, knowing at which values of its facts it turns.

        Raises:
            ExpressionError: a word is compared that the fact can never be.
        """
        asked = [side for side in sides if side.facts]
        settled = [side for side in sides if not side.facts]
        turns = set(term.turns)
        for side in asked:
            for other in settled:
                if other.kind == "number":
                    turns |= {(fact, other) for fact in side.facts}
                elif wrong := other.words - side.words:
                    raise ExpressionError(f"{min(wrong)!r} is not one of {', '.join(sorted(side.words))}")
                else:
                    turns |= {(fact, word) for fact in side.facts for word in other.words}
        return Term(term.kind, term.find, facts=term.facts, rates=term.rates, turns=frozenset(turns))

    def _either(self, test: Term, one: Term, other: Term) -> Term:
        if one.kind != other.kind:
            raise ExpressionError(f"both sides of 'if' must be of one kind, not {one.kind} and {other.kind}")

        def find(scope: Scope) -> Finding:
            condition = test.find(scope)
            if condition.value is None:
                return condition
            chosen = (one if condition.value else other).find(scope)
            return chosen if chosen.value is None else replace(chosen, because=chosen.because | condition.because)

        return _joined(one.kind, [test, one, other], find, one.words | other.words)

    def _counted(self, ages: Term, least: object, most: object) -> Term:
        if not isinstance(least, int) or not isinstance(most, int) or least > most:
            raise ExpressionError("count is of ages from one whole year to another, as in count(children, 0, 17)")
        term = _computed("number", lambda years: Decimal(sum(least <= age <= most for age in years)), ages)
        turns = {(fact, year) for fact in ages.facts for year in (least - 1, least, most, most + 1)}
        return Term(term.kind, term.find, facts=term.facts, rates=term.rates, turns=term.turns | turns)


def _constant(kind: Kind, value: Value, words: frozenset[str] = _NOTHING) -> Term:
    finding = Finding(value)
    return Term(kind, lambda _: finding, words)


def _computed(kind: Kind, function: Callable[..., Value | None], *terms: Term) -> Term:
    return _joined(kind, list(terms), lambda scope: computed(function, *(term.find(scope) for term in terms)))


def _joined(kind: Kind, terms: list[Term], find: Callable[[Scope], Finding], words: frozenset[str] = _NOTHING) -> Term:
    return Term(
        kind,
        find,
        words,
        _NOTHING.union(*(term.facts for term in terms)),
        _NOTHING.union(*(term.rates for term in terms)),
        cast("frozenset[tuple[str, str | int | Term]]", frozenset()).union(*(term.turns for term in terms)),
    )
