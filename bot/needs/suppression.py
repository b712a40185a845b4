"""Counts that give no small group away, whatever is asked and subtracted.

The method is global recoding (L. Willenborg and T. de Waal, *Elements of Statistical Disclosure Control*, Springer 2001,
chapter 1.2; K. LeFevre, D. DeWitt and R. Ramakrishnan, "Incognito: Efficient Full-Domain k-Anonymity", SIGMOD 2005): the
values of each dimension are put together into classes until every combination of classes holds at least k: nobody at
all is too few as well, for who knows where nobody is can subtract more than others. Two things make it safe across
questions, not only within one:

- The classes depend on the data and on which dimensions are asked about together, never on the values asked for. A
  filter is one more dimension, of which one class is shown.
- A table of several dimensions never tells two values apart that one of its own margins puts together.

So everything that can be asked is a sum of counts of combinations of classes. A combination of values (with "not this
one" for any of them) whose count follows from other counts by adding and subtracting is itself made of whole
combinations of classes (its interaction of all its dimensions can only come from tables of all these), so it holds at
least k. Controlled rounding and random noise were refused: the sums of
rounded figures give bounds, much asking averages noise away (H. J. Asghar and D. Kaafar, "Averaging Attacks on Bounded
Noise-based Disclosure Control Algorithms", PoPETs 2020), and five people would not be shown as five.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Key = tuple[str, ...]
"""A class: the path to a value ("money", "bostotte"), to what is left of a shelf ("money",), or to the rest ()."""
Counts = NDArray[np.int64]
Label = TypeVar("Label", bound=Hashable)
HALF, NEAR = 0.5, 0.05


@dataclass(frozen=True)
class Cube:
    """Counts of every combination of values: an axis for each dimension, in the order of `paths`.

    `paths` has the path of each value of a dimension, e.g. week: ("2026", "2026Q4", "2026-11", "2026-11-23").
    """

    paths: Mapping[str, Sequence[Key]]
    counts: Counts

    @classmethod
    def of(cls, names: Sequence[str], rows: Sequence[tuple[Sequence[Key], int]]) -> "Cube":
        """From rows of a path for each dimension and how many there are."""
        paths = {name: sorted({row[axis] for row, _ in rows}) for axis, name in enumerate(names)}
        counts = np.zeros([len(paths[name]) for name in names], dtype=np.int64)
        _add(counts, [{path: place for place, path in enumerate(paths[name])} for name in names], rows)
        return cls(paths, counts)

    def margin(self, dimensions: Sequence[str]) -> "Cube":
        """The counts by some of the dimensions, in the cube's order."""
        gone = tuple(axis for axis, name in enumerate(self.paths) if name not in dimensions)
        return Cube({name: self.paths[name] for name in self.paths if name in dimensions}, self.counts.sum(axis=gone))


@dataclass(frozen=True)
class Recoded:
    """A cube whose values are put together, so that each combination of classes has at least k.

    `keys` gives the class of each value, `classes` each axis; `counts` the number for each combination of classes.
    """

    keys: Mapping[str, Mapping[Key, Key]]
    classes: Mapping[str, Sequence[Key]]
    counts: Counts

    def counted(self, rows: Sequence[tuple[Sequence[Key], int]]) -> Counts:
        """Other rows of the same values, counted by the same classes."""
        counts = np.zeros_like(self.counts)
        places = []
        for name, classes in self.classes.items():
            place = {key: number for number, key in enumerate(classes)}
            places.append({path: place[key] for path, key in self.keys[name].items()})
        _add(counts, places, rows)
        return counts


def _add(counts: Counts, places: Sequence[Mapping[Key, int]], rows: Sequence[tuple[Sequence[Key], int]]) -> None:
    if rows:
        index = tuple(np.array([place[row[axis]] for row, _ in rows]) for axis, place in enumerate(places))
        np.add.at(counts, index, [number for _, number in rows])


def recode(cube: Cube, k: int) -> Recoded | None:
    """Put values together; None when even all of them together are fewer than k."""
    return _recoded(cube, k, {}) if cube.counts.sum() >= k else None


def _recoded(cube: Cube, k: int, known: dict[tuple[str, ...], Recoded | None]) -> Recoded | None:
    names = tuple(cube.paths)
    if names not in known:
        margins = [_recoded(cube.margin(kept), k, known) for kept in combinations(names, len(names) - 1) if kept]
        if any(margin is None for margin in margins):
            known[names] = None
        else:
            start = {
                name: _joined(cube.paths[name], [m.keys[name] for m in margins if m and name in m.keys])
                for name in names
            }
            known[names] = _merged(cube, start, k)
    return known[names]


def _joined(paths: Sequence[Key], finer: Sequence[Mapping[Key, Key]]) -> dict[Key, Key]:
    """The finest classes that tear none of the given ones apart."""
    keys = {path: min((each[path] for each in finer), key=len, default=path) for path in paths}
    while True:
        before = dict(keys)
        for classes in (*finer, before):
            together: dict[Key, Key] = {}
            for path in paths:
                together[classes.get(path, path)] = min(
                    together.get(classes.get(path, path), path), keys[path], key=len
                )
            keys = {path: together[classes.get(path, path)] for path in paths}
        if keys == before:
            return keys


def _merged(cube: Cube, keys: dict[str, dict[Key, Key]], k: int) -> Recoded | None:
    names = list(cube.paths)
    counts, classes = cube.counts, {name: list(paths) for name, paths in cube.paths.items()}
    for axis, name in enumerate(names):
        counts, classes[name] = put_together(counts, axis, [keys[name][path] for path in classes[name]])
    while True:
        small = counts < k
        if not small.any():
            return Recoded(keys, classes, counts)
        going = _next(counts, small, classes)
        if going is None:
            return None
        axis, gone = going
        name = names[axis]
        counts, classes[name] = put_together(counts, axis, [_up(key, gone) for key in classes[name]])
        keys[name] = {path: _up(key, gone) for path, key in keys[name].items()}


def _up(key: Key, gone: set[Key]) -> Key:
    return key[:-1] if key in gone else key


def _next(
    counts: Counts, small: NDArray[np.bool_], classes: Mapping[str, Sequence[Key]]
) -> tuple[int, set[Key]] | None:
    """The classes of one axis that go into what is around them next.

    Those go first of which less than half can be shown as it is, the finest before the coarser (weeks before topics);
    then those of which the least share can be shown. What is left of a shelf takes in what is smallest on it before it
    goes itself, so that the shelf stays whole.
    """
    shown = np.where(small, 0, counts)
    candidates: list[tuple[bool, bool, int, float, int, int, Key]] = []
    for axis, name in enumerate(classes):
        others = tuple(each for each in range(counts.ndim) if each != axis)
        hidden, good, all_ = small.any(axis=others), shown.sum(axis=others), counts.sum(axis=others)
        for place, key in enumerate(classes[name]):
            if key:  # the rest goes nowhere
                share = float(good[place] / max(all_[place], 1))
                depth = len(key) if share < HALF else 0
                candidates.append((not hidden[place], share >= HALF, -depth, share, int(all_[place]), axis, key))
    if not candidates:
        return None
    first = min(candidates)
    axis = first[5]
    alike = [each for each in candidates if each[:3] == first[:3] and each[5] == axis and each[3] <= first[3] + NEAR]
    going = alike if not first[0] and not first[1] else [first]
    keys = {each[-1] for each in going}
    return axis, {_within(key, [each for each in candidates if each[5] == axis]) for key in keys}


def _within(key: Key, candidates: Sequence[tuple[bool, bool, int, float, int, int, Key]]) -> Key:
    """The smallest of the finest classes on the shelf of which a class is what is left; else itself."""
    on_it = [(-len(each[-1]), each[4], each[-1]) for each in candidates if each[-1][: len(key)] == key]
    return min(on_it)[-1]


def put_together(counts: Counts, axis: int, keys: Sequence[Label]) -> tuple[Counts, list[Label]]:
    """Add up the slices of an axis that have the same key."""
    classes = list(dict.fromkeys(keys))
    if len(classes) == len(keys):
        return counts, classes
    index = {key: place for place, key in enumerate(classes)}
    places = np.array([index[key] for key in keys])
    order = np.argsort(places, kind="stable")
    begins = np.searchsorted(places[order], range(len(classes)))
    return np.add.reduceat(np.take(counts, order, axis), begins, axis), classes
