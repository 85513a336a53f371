"""What free names probably mean: parameters, tags and configuration keys, file names, names that identify nothing.

Nothing here is a fact: what rests on it is `inferred` and is put to an officer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from dsr_desk.core.lineage import NodeKind, Role


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a value probably names: a model or a dataset, and what it was used for."""

    kind: NodeKind
    role: Role


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A name in a parameter. `key` leads to it, with dots where it stood inside of others."""

    key: str
    text: str
    meaning: Meaning


class Likely(StrEnum):
    YES = "yes"
    PERHAPS = "perhaps"
    NO = "no"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PLACEHOLDERS = _words(
    "imagefolder audiofolder videofolder folder json jsonl csv tsv text txt parquet arrow webdataset xml sql spark "
    "delta lance hdf5 numpy tfrecord tfrecords pandas dataframe df array list dict generator huggingface loader "
    "dataloader custom mydataset mydata private internal proprietary inhouse local default untitled unnamed unknown "
    "undefined other various mixed data dataset datasets train training trainset trainingdata trainingset traindata "
    "val valid validation dev eval evaluation test testing testset input inputs output outputs file files path image "
    "images img video videos sample samples example tmp temp placeholder tbd todo na nil notspecified unspecified "
    "notdisclosed undisclosed seedescription moreinformationneeded thedataset adataset yourdataset datasetname"
)
_NOTHING = _words("false none null no nil nan na scratch random off unset undefined empty disabled") | {"", "n/a", "-"}

_MODEL_ENDINGS = _words(
    "pt pth pt2 ckpt safetensors onnx engine plan trt tflite pb h5 keras pkl pickle joblib gguf ggml mlmodel "
    "mlpackage mlmodelc bin npz weights caffemodel pdparams pdmodel pdiparams ort nemo cbm ubj skops mar torchscript "
    "ptl  msgpack model hdf5 params rknn om uff dat xgb lgb cntk t7 nnp ncnn param circle kmodel blob xml hef "
    "dlc"
)
_SURE_ENDINGS = _words(
    "pt pth pt2 ckpt safetensors onnx engine plan trt tflite keras gguf ggml mlmodel mlpackage mlmodelc caffemodel "
    "pdparams pdmodel pdiparams ort nemo cbm skops mar ptl rknn hef dlc uff"
)
_MODEL_FOLDERS = _words(
    "model models weights checkpoint checkpoints ckpt ckpts saved_model savedmodel export exports release rel engines "
    "adapter adapters lora pretrained best_model final_model"
)
_MODEL_STEMS = _words(
    "model weights checkpoint ckpt best last final saved_model pytorch_model adapter_model tf_model flax_model "
    "diffusion_pytorch_model classifier detector recogniser recognizer encoder decoder estimator"
)
_BESIDE_WEIGHTS = _words("optimizer optim scheduler scaler rng_state training_args trainer_state tokenizer vocab args")
_CHECKPOINT = re.compile(r"(checkpoint|ckpt|epoch|step|global_step|iter)[-_=]?\d+(-of-\d+)?")

_DATA_ENDINGS = _words(
    "csv tsv jsonl ndjson parquet arrow feather tar zip tfrecord tfrecords npy lmdb rec avro orc mdb lance zarr jpg png"
)
_PLACE = re.compile(r"^([a-z][a-z0-9+.-]*://?\S|/\S|\.{1,2}/\S|~/\S|[A-Za-z]:[\\/])", re.IGNORECASE)
_OF_A_STORE = re.compile(r"^(models|runs|mlflow-artifacts):/", re.IGNORECASE)
_REFERENCE = re.compile(r"^[\w.-]+([/:@][\w.-]+)+$")
_SEVERAL = re.compile(r"[\w./:@~+-]+(\s*,\s*[\w./:@~+-]+)+")
_LONGEST = 1_000

_OUTPUT = _words(
    "out output outputs save saved saving log logs logging export exports exported dump cache tmp temp result results "
    "report reports hub push tensorboard wandb upload dest destination target best tokenizer vocab vocabulary "
    "processor config cfg class classes column columns field key label labels optimizer scheduler loss metric metrics "
    "dtype format type types registered register"
)
_HOW_MANY = _words(
    "size batch epochs epoch steps step num number n count ratio fraction split splits seed workers worker shuffle "
    "samples length len max min rate lr percent proportion ratio augment augmentation augmentations transform "
    "transforms interval every freq frequency limit hash digest md5 sha256 checksum mode backend parallel loader "
    "sampler collator time date device gpu gpus flag enabled enable version revision"
)
_SAYS_NO_MORE = _words(
    "path paths dir dirs directory file files filename folder folders name names uri url id ids root location loc "
    "source src from to or and of the in on for version ref reference manifest csv json jsonl yaml yml tar zip "
    "parquet list lists artifact artifacts model models data dataset datasets set sets image images img imgs video "
    "videos shard shards glob pattern s3 gcs gs bucket local raw full my input inputs default custom face faces photo "
    "photos uid key hf huggingface repo instance args arg arguments params parameters hparams hyperparameters config "
    "cfg trainer task experiment run pipeline main init initial weights checkpoint ckpt base train training start "
    "pretrained pretrain state dict embeddings text annotations annotation ann anno labels prefix revision tag alias "
    "trained uris urls corpus table"
)

_SUBJECTS: tuple[tuple[frozenset[str], NodeKind, Role], ...] = (
    (_words("teacher teachers distil distill distilled distillation distiller"), NodeKind.MODEL, Role.DISTIL),
    (_words("adapter adapters lora peft qlora controlnet"), NodeKind.MODEL, Role.ADAPTER),
    (_words("merge merged merging soup soups mergekit"), NodeKind.MODEL, Role.MERGE),
    (_words("quantize quantized quantise quantised quantization quantisation"), NodeKind.MODEL, Role.QUANTISE),
    (_words("embedder embedding embeddings featurizer extractor"), NodeKind.MODEL, Role.EMBED),
    (_words("calibration calib finetuning"), NodeKind.DATASET, Role.TRAIN),
    (_words("val valid validation dev holdout"), NodeKind.DATASET, Role.VALIDATE),
    (_words("eval evaluate evaluation test testing tests benchmark gallery probe"), NodeKind.DATASET, Role.EVALUATE),
    (
        _words(
            "base basemodel pretrained pretrain resume resumed restore restored warmstart warm init initial "
            "initialize initialise checkpoint ckpt weights weight backbone finetune finetuned foundation parent "
            "ancestor starting continue continued transfer student encoder start load original derived based from or"
        ),
        NodeKind.MODEL,
        Role.FINE_TUNE_BASE,
    ),
    (_words("train training trained trainset traindata"), NodeKind.DATASET, Role.TRAIN),
    (
        _words("model models net network detector recogniser recognizer classifier unet vae"),
        NodeKind.MODEL,
        Role.FINE_TUNE_BASE,
    ),
    (
        _words(
            "data dataset datasets corpus corpora photos images image img imgs faces videos shards manifest input "
            "inputs annotations annotation table tables feed source"
        ),
        NodeKind.DATASET,
        Role.TRAIN,
    ),
)  # fmt: skip
"""What words in a key say, the more telling first."""

_MAY_BE_A_DESIGN = _words(
    "model models net network detector recogniser recognizer classifier encoder student unet vae load start base init "
    "initial weight weights from initialize initialise"
)
"""Words that name a design, a method or a number as often as weights: the value must look like something that lies
somewhere."""
_KNOWN_WEIGHTS = re.compile(r"(imagenet|coco|laion|vggface|ms1m|webface|openai)", re.IGNORECASE)
_WRITTEN_TO = ("/opt/ml/model", "/opt/ml/checkpoints", "/opt/ml/output")
_SURE_PAIRS = (
    {"base", "model"}, {"initial", "model"}, {"init", "model"}, {"initial", "weights"},
    {"source", "model"}, {"student", "model"}, {"from", "model"}, {"trained", "from"}, {"weights", "from"},
    {"detector", "weights"}, {"encoder", "weights"}, {"model", "weights"},
)  # fmt: skip
_ONLY_TRAINED = _words("epochs epoch optimizer optim momentum warmup")
_ONLY_TRAINED_PAIRS = {
    "learning rate", "weight decay", "max iter", "n estimators", "num boost", "train loss", "lr scheduler", "max steps",
}  # fmt: skip
_PLACES = _words("path paths dir dirs root file files uri uris url folder folders")
_ONLY_A_DESIGN = _words("architecture arch estimator")
_MODEL_NOUNS = _words(
    "model models checkpoint checkpoints ckpt weights weight backbone encoder net network embedder detector"
)
_DATA_NOUNS = _words("data dataset datasets set corpus images image photos faces table manifest csv shards")


def is_placeholder(name: str) -> bool:
    """Whether a dataset's name names a loader, a format or nothing: two models that state it share nothing by that."""
    bare = "".join(letter for letter in name.casefold() if letter.isalnum())
    return not bare or bare in _PLACEHOLDERS or name.strip().casefold() in _NOTHING


def names_nothing(value: object) -> bool:
    """Numbers, switches, words for nothing, text too long to be a name."""
    if value is None or isinstance(value, bool | int | float):
        return True
    text = str(value).strip()
    if text.casefold() in _NOTHING or text.casefold() in ("true", "yes", "on", "auto") or len(text) > _LONGEST:
        return True
    return "\n" in text or re.fullmatch(r"[\d.,eE+\-\s]*", text) is not None


def model_file(name: str) -> Likely:
    """Whether a path is weights, by its name: a checkpoint, an engine, an export.

    `perhaps` for endings that other things have as well (`.bin`, `.pkl`, `.npz`) outside of a model's folder.
    """
    parts = [part for part in re.split(r"[/\\]+", name.strip().casefold().rstrip("/\\")) if part not in ("", ".")]
    if not parts:
        return Likely.NO
    leaf = parts[-1]
    stem, _, ending = leaf.rpartition(".")
    folder = parts[-2] if len(parts) > 1 else ""
    if leaf in ("saved_model", "savedmodel") or _CHECKPOINT.fullmatch(leaf):
        return Likely.YES
    if not stem:
        return Likely.PERHAPS if leaf in _MODEL_FOLDERS else Likely.NO
    if ending in ("gz", "tgz", "zip", "tar"):
        return Likely.YES if stem.removesuffix(".tar") in _MODEL_STEMS else Likely.NO
    if stem in _BESIDE_WEIGHTS or ending not in _MODEL_ENDINGS:
        return Likely.NO
    if ending in _SURE_ENDINGS:
        return Likely.YES
    if ending == "xml":
        return Likely.PERHAPS if folder in _MODEL_FOLDERS else Likely.NO
    at_home = (
        folder in _MODEL_FOLDERS or bool(_CHECKPOINT.fullmatch(folder)) or folder.endswith((".mlpackage", "_model"))
    )
    if at_home or stem in _MODEL_STEMS or re.match(r"(pytorch|adapter|tf|flax)_model", stem):
        return Likely.YES if ending != "dat" else Likely.PERHAPS
    return Likely.PERHAPS


def meaning_of(key: str, value: object) -> Meaning | None:
    """What a free parameter, tag, setting or argument probably means; None where it names no model and no data."""
    if names_nothing(value):
        return None
    text = str(value).strip()
    if text.startswith(("[", "{", *_WRITTEN_TO)):
        return None
    meaning = _said_by_key(key, text)
    return meaning or (None if _is_output(key) else _said_by_value(text))


def named_in(key: str, value: object) -> Iterator[NamedValue]:
    """Every name in a parameter, also where the value is a list or an object, in itself or as JSON."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        value = _unfolded(value)
    if isinstance(value, Mapping):
        for inner, one in value.items():
            yield from named_in(f"{key}.{inner}", one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from named_in(key, one)
    elif isinstance(value, str) and _SEVERAL.fullmatch(value.strip()):
        for one in value.split(","):
            yield from named_in(key, one.strip())
    elif (meaning := meaning_of(key, value)) is not None:
        yield NamedValue(key, str(value).strip(), meaning)


def leaves_unnamed(key: str, value: object) -> bool:
    """Whether a switch says that a model began from weights which it does not name (`pretrained: true`)."""
    if str(value).strip().casefold() not in ("true", "yes", "on", "1", "auto", "default"):
        return False
    words = _key_words(key.replace("/", ".").rpartition(".")[2])
    said = set(words) & {"pretrained", "resume", "warmstart", "finetune"} or words[:2] == ["warm", "start"]
    return bool(said) and not set(words) & (_HOW_MANY | _OUTPUT)


def says_training(key: str) -> bool:
    """Whether a parameter, metric or tag of this name is one that only a training has."""
    words = _key_words(key.replace("/", ".").rpartition(".")[2])
    if set(words) & _ONLY_TRAINED or words in (["lr"], ["loss"], ["estimator", "name"], ["estimator", "class"]):
        return True
    pairs = {" ".join(pair) for pair in pairwise(words)}
    return bool(pairs & _ONLY_TRAINED_PAIRS) or (words[:1] in (["train"], ["training"]) and "time" not in words)


def says_base(key: str) -> bool:
    """Whether a parameter of this name says by itself that a model was made from another."""
    meaning = meaning_of(key, "a/b.pt")
    if meaning is None or meaning.kind is not NodeKind.MODEL or meaning.role is Role.SERVE:
        return False
    return not set(_key_words(key)) <= _MAY_BE_A_DESIGN - {"base", "initial", "start"} | _PLACES | {"name", "id"}


def _unfolded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        inner = re.fullmatch(r"\[(.*)\]", text.strip(), re.DOTALL)
        return [one.strip().strip("'\"") for one in inner[1].split(",")] if inner and len(text) < _LONGEST else None


def _key_words(key: str) -> list[str]:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key)
    return [word for word in re.split(r"[^a-z0-9]+", apart.casefold()) if word]


def _is_output(key: str) -> bool:
    return bool(set(_key_words(key.replace("/", ".").rpartition(".")[2])) & _OUTPUT)


def _said_by_key(key: str, text: str) -> Meaning | None:
    around, _, last = key.replace("/", ".").rpartition(".")
    inner, outer = set(_key_words(last)), set(_key_words(around))
    if not inner or inner & (_HOW_MANY | _ONLY_A_DESIGN):
        return None
    if inner & _OUTPUT - _SAYS_NO_MORE and not inner & {"from", "resume", "teacher"}:
        return None
    words = inner | outer if inner <= _SAYS_NO_MORE else inner
    said, kind, role = next(_subjects(words), (frozenset(), None, Role.INPUT))
    if kind is None:
        return None
    if (
        kind is NodeKind.MODEL
        and words & _DATA_NOUNS
        and not words & _MODEL_NOUNS
        and model_file(text) is not Likely.YES
    ):
        return Meaning(NodeKind.DATASET, Role.TRAIN)
    if said == {"base"} and words - said <= _PLACES and model_file(text) is not Likely.YES:
        return None
    if kind is NodeKind.DATASET:
        return _data(words, said, role, text)
    return Meaning(kind, role) if _looks_like_one(text) or _says_weights(words, said, text) else None


def _data(words: set[str], said: frozenset[str], role: Role, text: str) -> Meaning | None:
    if model_file(text) is Likely.YES or (words & _MODEL_NOUNS and not words & _DATA_NOUNS):
        tried = role in (Role.EVALUATE, Role.VALIDATE)
        meaning = Meaning(NodeKind.MODEL, Role.SERVE if tried else Role.FINE_TUNE_BASE)
        return meaning if _looks_like_one(text) else None
    telling = words & (_DATA_NOUNS | _PLACES) or words <= said | {"on", "with"}
    return Meaning(NodeKind.DATASET, role) if telling or _looks_like_one(text) else None


def _says_weights(words: set[str], said: frozenset[str], text: str) -> bool:
    """Whether a key means weights whatever the word behind it looks like."""
    if " " in text or not words <= _SAYS_NO_MORE | _MODEL_NOUNS | said:
        return False
    if {"name", "or", "path"} <= words or _KNOWN_WEIGHTS.match(text):
        return True
    return bool(said - _MAY_BE_A_DESIGN - {"or", "embedding", "embeddings", "extractor"}) or any(
        pair <= words for pair in _SURE_PAIRS
    )


def _subjects(words: set[str]) -> Iterator[tuple[frozenset[str], NodeKind, Role]]:
    for known, kind, role in _SUBJECTS:
        if said := known & words:
            yield said, kind, role


def _looks_like_one(text: str) -> bool:
    """A place, a file of weights, `owner/name`, `name:v1`, `name@alias`: something that lies somewhere."""
    return bool(_PLACE.match(text) or _REFERENCE.match(text)) or model_file(text) is Likely.YES


def _said_by_value(text: str) -> Meaning | None:
    if _OF_A_STORE.match(text) or model_file(text) is Likely.YES:
        return Meaning(NodeKind.MODEL, Role.FINE_TUNE_BASE)
    ending = text.casefold().rstrip("/").rpartition(".")[2]
    if _PLACE.match(text) and ending in _DATA_ENDINGS:
        return Meaning(NodeKind.DATASET, Role.TRAIN)
    return None
