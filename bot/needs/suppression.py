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
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Key = tuple[str, ...]
"""A class: the path to a value ("money", "bostotte"), to what is left of a shelf ("money",), or to the rest ()."""
Counts = NDArray[np.int64]
Label = TypeVar("Label", bound=Hashable)
HALF, NEAR = 0.5, 0.05


class Counted(Protocol):
    """Something counted by several dimensions, however it is kept. `paths` has the path of each value that occurs, in
    order, e.g. week: ("2026", "2026Q4", "2026-11", "2026-11-23").
    """

    @property
    def paths(self) -> Mapping[str, Sequence[Key]]: ...

    def together(self, labels: Mapping[str, Sequence[Key]]) -> tuple[Counts, dict[str, list[Key]]]:
        """The counts by some of the dimensions, their values put together by a label for each, in the order of `paths`.

        Returns:
            An axis for each dimension, and the labels along it in the order they first occur.
        """
        ...


@dataclass(frozen=True)
class Cube:
    """Counts of every combination of values: an axis for each dimension, in the order of `paths`."""

    paths: Mapping[str, Sequence[Key]]
    counts: Counts

    @classmethod
    def of(cls, names: Sequence[str], rows: Sequence[tuple[Sequence[Key], int]]) -> "Cube":
        """From rows of a path for each dimension and how many there are."""
        paths = {name: sorted({row[axis] for row, _ in rows}) for axis, name in enumerate(names)}
        counts = np.zeros([len(paths[name]) for name in names], dtype=np.int64)
        for row, number in rows:
            counts[tuple(paths[name].index(path) for name, path in zip(names, row, strict=True))] += number
        return cls(paths, counts)

    def margin(self, dimensions: Sequence[str]) -> "Cube":
        """The counts by some of the dimensions, in the cube's order."""
        gone = tuple(axis for axis, name in enumerate(self.paths) if name not in dimensions)
        return Cube({name: self.paths[name] for name in self.paths if name in dimensions}, self.counts.sum(axis=gone))

    def together(self, labels: Mapping[str, Sequence[Key]]) -> tuple[Counts, dict[str, list[Key]]]:
        """See Counted; the dimensions are in the cube's order."""
        counts, classes = self.margin(list(labels)).counts, {}
        for axis, name in enumerate(labels):
            counts, classes[name] = put_together(counts, axis, labels[name])
        return counts, classes


@dataclass(frozen=True)
class Recoded:
    """A cube whose values are put together, so that each combination of classes has at least k.

    `keys` gives the class of each value, `classes` each axis; `counts` the number for each combination of classes.
    """

    keys: Mapping[str, Mapping[Key, Key]]
    classes: Mapping[str, Sequence[Key]]
    counts: Counts


def recode(cube: Cube, k: int) -> Recoded | None:
    """Put values together; None when even all of them together are fewer than k."""
    return Recoding(cube, k).of(tuple(cube.paths))


class Recoding:
    """The recodings of the same counts by any of their dimensions. Each is made once, as the margin of finer ones too."""

    def __init__(self, counted: Counted, k: int) -> None:
        self._counted, self._k = counted, k
        self._known: dict[tuple[str, ...], Recoded | None] = {}

    def of(self, names: tuple[str, ...]) -> Recoded | None:
        """Put values together; None when even all of them together are fewer than k.

        Args:
            names: dimensions, always in one and the same order.
        """
        if names not in self._known:
            margins = [self.of(kept) for kept in combinations(names, len(names) - 1) if kept]
            self._known[names] = None if None in margins else self._made(names, [each for each in margins if each])
        return self._known[names]

    def _made(self, names: tuple[str, ...], margins: Sequence[Recoded]) -> Recoded | None:
        paths = {name: self._counted.paths[name] for name in names}
        start = {name: _joined(paths[name], [m.keys[name] for m in margins if name in m.keys]) for name in names}
        counts, classes = self._counted.together({name: [start[name][path] for path in paths[name]] for name in names})
        return _merged(paths, start, counts, classes, self._k)


def _joined(paths: Sequence[Key], finer: Sequence[Mapping[Key, Key]]) -> dict[Key, Key]:
    """The finest classes that tear none of the given ones apart. A class is the beginning of each of its paths, so that all
    there is to find is how much of each."""
    length = np.array([min((len(each[path]) for each in finer), default=len(path)) for path in paths], dtype=np.int64)
    together = [_numbered([each[path] for path in paths]) for each in finer]
    while True:
        before = length
        mine = _numbered([path[:much] for path, much in zip(paths, length.tolist(), strict=True)])
        for classes in (*together, mine):
            least = np.full(len(paths), np.iinfo(np.int64).max)
            np.minimum.at(least, classes, length)
            length = least[classes]
        if np.array_equal(length, before):
            return {path: path[:much] for path, much in zip(paths, length.tolist(), strict=True)}


def _numbered(keys: Sequence[Key]) -> NDArray[np.int64]:
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([numbers[key] for key in keys], dtype=np.int64)


def _merged(
    paths: Mapping[str, Sequence[Key]],
    keys: Mapping[str, Mapping[Key, Key]],
    counts: Counts,
    classes: Mapping[str, Sequence[Key]],
    k: int,
) -> Recoded | None:
    """Put more of the classes together, until each combination of them has k."""
    if counts.sum() < k:
        return None
    names = list(paths)
    merging = _Merging(counts, [classes[name] for name in names], k)
    while merging.any_small:
        going = merging.next()
        if going is None:
            return None
        for key in going[1]:
            merging.up(going[0], key)
    found = {name: merging.followed(axis, keys[name]) for axis, name in enumerate(names)}
    order = {name: list(dict.fromkeys(each.values())) for name, each in found.items()}
    return Recoded(found, order, merging.counted([order[name] for name in names]))


class _Merging:
    """Classes of several dimensions while they are put together. What each class holds is kept up, not added up anew."""

    def __init__(self, counts: Counts, classes: Sequence[Sequence[Key]], k: int) -> None:
        self._k = k
        self._counts = counts.copy()
        small = counts < k
        shown = np.where(small, 0, counts)
        self._small = small
        axes = range(counts.ndim)
        self._others = [tuple(each for each in axes if each != axis) for axis in axes]
        self._keys = [list(each) for each in classes]
        self._slots = [{key: slot for slot, key in enumerate(each)} for each in classes]
        self._into: list[dict[Key, Key]] = [{} for _ in axes]
        self._there = [np.ones(len(each), dtype=np.bool_) for each in classes]
        """Which slots are still classes of their own."""
        self._depth = [np.array([len(key) for key in each]) for each in classes]
        self._all = [counts.sum(axis=others) for others in self._others]
        self._shown = [shown.sum(axis=others) for others in self._others]
        self._smalls = [small.sum(axis=others) for others in self._others]

    @property
    def any_small(self) -> bool:
        return bool(self._smalls[0].any())

    def next(self) -> tuple[int, set[Key]] | None:
        """The classes of one axis that go into what is around them next.

        Those go first of which less than half can be shown as it is, the finest before the coarser (weeks before topics);
        then those of which the least share can be shown. What is left of a shelf takes in what is smallest on it before it
        goes itself, so that the shelf stays whole.
        """
        firsts: list[tuple[tuple[bool, bool, int, float, int], int]] = []
        ranks: list[tuple[NDArray[Any], ...]] = []
        for axis, depth in enumerate(self._depth):
            share = self._shown[axis] / np.maximum(self._all[axis], 1)
            half = share >= HALF
            ranks.append((self._smalls[axis] == 0, half, np.where(half, 0, -depth), share, self._all[axis]))
            left = np.flatnonzero(depth)  # the rest goes nowhere, nor does what has gone already
            if left.size:
                for rank in ranks[axis]:
                    if left.size == 1:
                        break
                    values = rank[left]
                    left = left[values == values.min()]
                firsts.append((tuple(rank[left[0]].item() for rank in ranks[axis]), axis))
        if not firsts:
            return None
        first, axis = min(firsts)
        keys, (whole, half, rank, share, all_) = self._keys[axis], ranks[axis]
        alike = (self._depth[axis] > 0) & (whole == first[0]) & (half == first[1]) & (rank == first[2])
        if first[0] or first[1]:
            alike &= (share == first[3]) & (all_ == first[4])
            going = {min(keys[slot] for slot in np.flatnonzero(alike))}
        else:
            going = {keys[slot] for slot in np.flatnonzero(alike & (share <= first[3] + NEAR))}
        finest = int(self._depth[axis].max())
        return axis, {key if len(key) == finest else self._within(axis, key) for key in going}

    def _within(self, axis: int, key: Key) -> Key:
        """The smallest of the finest classes on the shelf of which a class is what is left; else itself."""
        on_it = [
            (-len(each), int(self._all[axis][slot]), each)
            for each, slot in self._slots[axis].items()
            if each[: len(key)] == key
        ]
        return min(on_it)[-1]

    def up(self, axis: int, key: Key) -> None:
        """A class becomes what is left of its shelf, or goes into it."""
        slots, above = self._slots[axis], key[:-1]
        self._into[axis][key] = above
        slot = slots.pop(key)
        if above not in slots:
            slots[above] = slot
            self._keys[axis][slot] = above
            self._depth[axis][slot] -= 1
            return
        target, others = slots[above], self._others[axis]
        counts, small = np.moveaxis(self._counts, axis, 0), np.moveaxis(self._small, axis, 0)
        before = np.where(small[slot], 0, counts[slot]) + np.where(small[target], 0, counts[target])
        smalls = small[slot].astype(np.int64) + small[target]
        counts[target] += counts[slot]
        few = counts[target] < self._k
        for place, other in enumerate(others):
            few &= self._there[other].reshape([-1 if each == place else 1 for each in range(len(others))])
        shown = np.where(few, 0, counts[target])
        for place, other in enumerate(others):
            rest = tuple(each for each in range(len(others)) if each != place)
            self._shown[other] += (shown - before).sum(axis=rest)
            self._smalls[other] += (few - smalls).sum(axis=rest)
        self._all[axis][target] += self._all[axis][slot]
        self._shown[axis][target], self._smalls[axis][target] = shown.sum(), few.sum()
        small[target], small[slot], counts[slot] = few, False, 0
        for each in (self._depth, self._all, self._shown, self._smalls, self._there):
            each[axis][slot] = 0

    def followed(self, axis: int, keys: Mapping[Key, Key]) -> dict[Key, Key]:
        """The class each value is in now. A class that has gone into what is around it never comes back."""
        found, into = {}, self._into[axis]
        for path, key in keys.items():
            while key in into:
                key = into[key]
            found[path] = key
        return found

    def counted(self, classes: Sequence[Sequence[Key]]) -> Counts:
        """The counts, of the classes in an order."""
        counts = self._counts
        for axis, each in enumerate(classes):
            counts = np.take(counts, [self._slots[axis][key] for key in each], axis)
        return counts


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
