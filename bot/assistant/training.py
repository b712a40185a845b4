"""Train the assistant, only when what it learns from has changed."""

import contextlib
import hashlib
import io
import warnings
from importlib.metadata import version
from pathlib import Path

from bot.assistant.engine import quiet
from bot.assistant.tensorflow_stand_in import refuse_tensorflow_components
from bot.understanding.e5.adapter import FILE as ADAPTER
from bot.understanding.examples import FOLDER as EXAMPLES
from bot.understanding.importer import CONFIG, DOMAIN, PROJECT, RULES, names
from bot.understanding.questions import FOLDER as QUESTIONS
from knowledge.library import FOLDER, Library
from knowledge.source import read

_CODE = Path(__file__).parent.parent / "understanding"


def fingerprint(examples: Path = EXAMPLES) -> str:
    """Changes whenever what the assistant learns from, or the code that learns, changes.

    Of the entries that is only what they are called: a corrected sentence or rate needs no new training. Where the
    examples stand makes no difference.
    """
    reads = (_CODE, _CODE / "e5", _CODE / "language")  # the language of a text decides in which letters it is read
    data = [ADAPTER, _CODE / "language" / "profiles.npz"]
    code = [*(file for folder in reads for file in folder.glob("*.py")), *data]
    files = [*PROJECT.glob("*.yml"), FOLDER / "topics.yml", FOLDER / "folding.py", *code]
    digest = hashlib.sha256(f"rasa {version('rasa')} scikit-learn {version('scikit-learn')}".encode())
    for file in (*sorted(files), *sorted(examples.glob("*/*.yml")), *sorted(QUESTIONS.glob("*.yml"))):
        digest.update(f"{file.parent.name}/{file.name}\0".encode() + file.read_bytes())
    for name in names(Library.load(strict=False)):
        digest.update(f"{name.label}\0{name.language}\0{name.text}\0".encode())
    return digest.hexdigest()[:16]


def trained(folder: Path, examples: Path = EXAMPLES) -> Path | None:
    """The model that was trained on the files as they are, if there is one."""
    model = folder / name_of(fingerprint(examples))
    return model if model.is_file() else None


def name_of(fingerprint: str) -> str:
    """What the file of a model is called."""
    return f"rettvis-{fingerprint}.tar.gz"


def train(folder: Path, examples: Path = EXAMPLES) -> Path:
    """Train and return the model's file; older ones in the folder are deleted.

    Args:
        folder: where models are kept.
        examples: the folder with the example files.

    Raises:
        KnowledgeError: a file it learns from is broken.
        TensorFlowNeeded: the configuration names a component that needs TensorFlow.
        RuntimeError: Rasa did not produce a model.
    """
    from rasa.model_training import train as rasa_train

    quiet()
    refuse_tensorflow_components(read(CONFIG))
    folder.mkdir(parents=True, exist_ok=True)
    name = name_of(fingerprint(examples))
    files = [str(RULES), str(examples)]
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        result = rasa_train(
            str(DOMAIN), str(CONFIG), files, output=str(folder), fixed_model_name=name, force_training=True
        )
    if not result.model:
        raise RuntimeError(f"Rasa did not train a model (code {result.code})")
    return only(folder / name)


def only(model: Path) -> Path:
    """Delete the other models of a model's folder."""
    for old in model.parent.glob(name_of("*")):
        if old != model:
            old.unlink()
    return model


def ensure(folder: Path, examples: Path = EXAMPLES) -> Path:
    """The model for the files as they are, trained now if need be."""
    return trained(folder, examples) or train(folder, examples)
