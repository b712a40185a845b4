"""Public data sets of other people's bots, in the layout they are published in. They stay outside the repository.

HINT3 (Arora et al. 2020, arXiv:2009.13833): `dataset/v1/train/<bot>_train.csv`, `<bot>_subset_train.csv` and
`dataset/v1/test/<bot>_test.csv`, columns sentence and label. CLINC150 (Larson et al. 2019, arXiv:1909.02027):
`data_small.json` (or data_full.json) with pairs of text and label.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.understanding.measuring.familiarity import FOREIGN

BOTS = ("sofmattress", "curekart", "powerplay11")
NOT_OURS = "NO_NODES_DETECTED"

Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Yardstick:
    """A data set: pairs of text and label; FOREIGN is the label out of scope. Validation is of ours, and may be empty."""

    name: str
    train: Rows
    validation: Rows
    test: Rows


class NotTheData(Exception):
    """A file is missing or in another form, named with its line where there is one."""


def hint3(folder: Path) -> Iterator[Yardstick]:
    """The three bots, each with its whole training set and with the subset.

    Raises:
        NotTheData: a file is missing or has other columns.
    """
    root = next((f for f in (folder / "dataset" / "v1", folder / "v1", folder) if (f / "train").is_dir()), None)
    if root is None:
        raise NotTheData(f"{folder}: no dataset/v1/train in it")
    for bot in BOTS:
        test = _csv(root / "test" / f"{bot}_test.csv")
        for name in (bot, f"{bot}_subset"):
            yield Yardstick(name, _csv(root / "train" / f"{name}_train.csv"), (), test)


def clinc(folder: Path) -> Yardstick:
    """CLINC150, the small training set if it is there.

    Raises:
        NotTheData: no file, or not its form.
    """
    file = next((f for f in (folder / "data_small.json", folder / "data_full.json") if f.is_file()), None)
    if file is None:
        raise NotTheData(f"{folder}: no data_small.json or data_full.json in it")
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        ours = {part: tuple((str(text), str(label)) for text, label in data[part]) for part in ("train", "val", "test")}
        foreign = tuple((str(text), FOREIGN) for text, _ in data["oos_test"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotTheData(f"{file}: needs train, val, test and oos_test, each a list of [text, label]") from error
    return Yardstick(file.stem.replace("data_", "CLINC150 "), ours["train"], ours["val"], (*ours["test"], *foreign))


def _csv(file: Path) -> Rows:
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            rows = []
            for row in reader:
                if not row.get("sentence") or not row.get("label"):
                    raise NotTheData(f"{file}:{reader.line_num}: needs a sentence and a label")
                rows.append((row["sentence"], FOREIGN if row["label"] == NOT_OURS else row["label"]))
    except (OSError, UnicodeDecodeError) as error:
        raise NotTheData(f"{file}: {error}") from error
    return tuple(rows)
