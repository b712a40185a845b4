"""Train the assistant, only when what it learns from has changed."""

import contextlib
import hashlib
import io
import warnings
from importlib.metadata import version
from pathlib import Path

from bot.assistant.engine import quiet
from bot.assistant.tensorflow_stand_in import refuse_tensorflow_components
from bot.understanding.importer import CONFIG, DOMAIN, PROJECT, RULES, names
from knowledge.library import FOLDER, Library
from knowledge.source import read

_CODE = Path(__file__).parent.parent / "understanding"


def fingerprint() -> str:
    """Changes whenever what the assistant learns from, or the code that learns, changes.

    Of the entries that is only what they are called: a corrected sentence or rate needs no new training.
    """
    files = [
        *PROJECT.glob("*.yml"),
        *PROJECT.glob("examples/*/*.yml"),
        FOLDER / "topics.yml",
        FOLDER / "folding.py",
        *_CODE.glob("*.py"),
    ]
    digest = hashlib.sha256(f"rasa {version('rasa')} scikit-learn {version('scikit-learn')}".encode())
    for file in sorted(files):
        digest.update(f"{file.name}\0".encode() + file.read_bytes())
    for name in names(Library.load(strict=False)):
        digest.update(f"{name.label}\0{name.language}\0{name.text}\0".encode())
    return digest.hexdigest()[:16]


def trained(folder: Path) -> Path | None:
    """The model that was trained on the files as they are, if there is one."""
    model = folder / f"rettvis-{fingerprint()}.tar.gz"
    return model if model.is_file() else None


def train(folder: Path) -> Path:
    """Train and return the model's file.

    Raises:
        KnowledgeError: a file it learns from is broken.
        TensorFlowNeeded: the configuration names a component that needs TensorFlow.
        RuntimeError: Rasa did not produce a model.
    """
    from rasa.model_training import train as rasa_train

    quiet()
    refuse_tensorflow_components(read(CONFIG))
    folder.mkdir(parents=True, exist_ok=True)
    name = f"rettvis-{fingerprint()}"
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        result = rasa_train(
            str(DOMAIN), str(CONFIG), [str(RULES)], output=str(folder), fixed_model_name=name, force_training=True
        )
    if not result.model:
        raise RuntimeError(f"Rasa did not train a model (code {result.code})")
    for old in folder.glob("rettvis-*.tar.gz"):
        if old.name != f"{name}.tar.gz":
            old.unlink()
    return folder / f"{name}.tar.gz"


def ensure(folder: Path) -> Path:
    """The model for the files as they are, trained now if need be."""
    return trained(folder) or train(folder)
