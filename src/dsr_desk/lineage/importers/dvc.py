"""DVC: `dvc.lock`, `dvc.yaml` and `.dvc` files, one by one or as a repository."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.lineage import NodeKind, Role
from dsr_desk.core.message import message
from dsr_desk.lineage.importers.draft import DOCUMENT, ImportRefused, LineageDraft, Place, said
from dsr_desk.lineage.importers.peek import Peek
from dsr_desk.lineage.importers.reading import items, listing, mapping, maybe_text, some_text, text_of, yaml_document
from dsr_desk.lineage.importers.settling import settle_roles

FORMAT = "DVC"
NAMESPACE = "dvc"
LOCK = "dvc.lock"
REGISTERED = "ds://"

_CODE = {".py", ".ipynb", ".sh", ".r", ".jl", ".scala", ".java", ".cpp", ".c", ".h", ".go", ".rs", ".js", ".ts"}
_CODE |= {".toml", ".cfg", ".ini"}
_MODELS = {".pt", ".pth", ".onnx", ".safetensors", ".tflite", ".ckpt", ".gguf", ".pmml", ".keras", ".mar", ".cbm"}
_MAYBE_MODELS = {".pkl", ".joblib", ".bin", ".pb", ".h5", ".hdf5", ".json", ".model", ""}
_MODEL_WORDS = ("model", "weights", "classifier", "checkpoint", "detector")


def sniff(peek: Peek) -> bool:
    if peek.is_folder:
        return any(True for _ in _found(peek.path))
    return _is_dvc_name(peek.path.name) or peek.text_head.startswith(("schema: '2.0'", 'schema: "2.0"'))


def files(peek: Peek) -> list[Path]:
    return sorted(_found(peek.path)) if peek.is_folder else [peek.path]


def read(peek: Peek, draft: LineageDraft) -> None:
    reader = _Reader(draft)
    documents = []
    for path in files(peek):
        inside = path.relative_to(peek.path).as_posix() if peek.is_folder else ""
        documents.append((path.name, inside, _document(path, inside)))
    for name, inside, document in documents:
        if name == "dvc.yaml":
            reader.declared(document, inside)
    locked = any(name.endswith(LOCK) for name, _, _ in documents)
    for name, inside, document in documents:
        if name == "dvc.yaml":
            if not locked:
                reader.planned(document, inside)
        elif "stages" in document or name.endswith(LOCK):
            reader.lock(document, inside)
        else:
            reader.single(document, inside, name.removesuffix(".dvc"))
    if not reader.named_models and any(node.kind == NodeKind.MODEL for node in draft.nodes.values()):
        draft.warn("note.lineage.no-declared-models")
    settle_roles(draft)


class _Reader:
    def __init__(self, draft: LineageDraft) -> None:
        self.draft = draft
        self.named_models: dict[str, str] = {}
        self.folders: dict[tuple[str, str], str] = {}

    def declared(self, document: Mapping[str, Any], inside: str) -> None:
        """What `dvc.yaml` says beside its stages: which outputs are models, and from which folder a stage runs."""
        place = (inside, "stages")
        for name, value in mapping(document.get("stages") or {}, place).items():
            folder = maybe_text(mapping(value, place).get("wdir"), (place, "wdir"))
            self.folders[_folder(inside), str(name)] = "" if "${" in folder else folder
        for name, value in mapping(document.get("artifacts") or {}, (inside, "artifacts")).items():
            place = (inside, "artifacts")
            artifact = mapping(value, place)
            if maybe_text(artifact.get("type"), place) == "model":
                path = _joined(inside, some_text(artifact.get("path"), (place, "path")))
                self.named_models[path] = str(name)

    def lock(self, document: Mapping[str, Any], inside: str) -> None:
        schema = maybe_text(document.get("schema"), (inside, "schema"))
        if document and not document.keys() & {"schema", "stages"} and all(map(_is_stage, document.values())):
            schema, document = "1.0", {"stages": document}
        stages = mapping(document.get("stages") or {}, (inside, "stages"))
        if not schema:
            raise ImportRefused((inside, "schema"), "damage.missing")
        if not schema.startswith(("1.", "2.")):
            raise ImportRefused((inside, "schema"), "damage.lock-version")
        for number, (name, value) in enumerate(stages.items(), 1):
            place = (inside, message("place.stage", number=number))
            wdir = self.folders.get((_folder(inside), str(name).split("@", 1)[0]), "")
            self._stage(str(name), mapping(value, place), inside, place, wdir)

    def planned(self, document: Mapping[str, Any], inside: str) -> None:
        """Stages that are written down and have no lock: what they read and make, of unknown content."""
        stages = mapping(document.get("stages") or {}, (inside, "stages"))
        for number, (name, value) in enumerate(stages.items(), 1):
            place = (inside, message("place.stage", number=number))
            stage = mapping(value, place)
            paths = {side: _paths(stage.get(side), (place, f"{side}")) for side in ("deps", "outs")}
            if any("${" in path for path in (*paths["deps"], *paths["outs"])) or "foreach" in stage:
                self.draft.warn("note.lineage.template", place=said(place))
                continue
            plain = {side: [{"path": path} for path in paths[side]] for side in paths}
            self._stage(str(name), plain, inside, place, self.folders.get((_folder(inside), str(name)), ""))

    def single(self, document: Mapping[str, Any], inside: str, name: str) -> None:
        """A `.dvc` file: data under control, an import, or a stage as DVC wrote it before 1.0."""
        place: Place = inside or DOCUMENT
        if "outs" not in document:
            raise ImportRefused((inside, "outs"), "damage.missing")
        wdir = maybe_text(document.get("wdir"), (place, "wdir"))
        if "cmd" in document:
            self._stage(name, document, inside, place, wdir)
            return
        outs = [self._data(item, where, inside, wdir) for where, item in items(document, "outs", place)]
        for where, item in items(document, "deps", place):
            origin = self._imported(item, where)
            for out in filter(None, outs):
                self.draft.edge(origin, out, Role.DERIVE)

    def _stage(self, name: str, stage: Mapping[str, Any], inside: str, place: Place, wdir: str) -> None:
        ends = {
            side: [self._data(item, where, inside, wdir) for where, item in items(stage, side, place)]
            for side in ("deps", "outs")
        }
        # The same stage with the same content is the same run at every commit; with other content it is another.
        content = sorted(f"{side} {end}" for side in ends for end in ends[side] if end)
        version = sha256_hex("\n".join(content).encode())[:16]
        run = self.draft.node(NodeKind.RUN, _joined(inside, name), version, NAMESPACE)
        for dependency in filter(None, ends["deps"]):
            self.draft.edge(dependency, run, Role.INPUT)
        for out in filter(None, ends["outs"]):
            self.draft.edge(run, out, Role.PRODUCE)

    def _data(self, item: Mapping[str, Any], place: Place, inside: str, wdir: str) -> str | None:
        """A file or folder under control, or a dataset of another tool; None for code, which is no data."""
        path = some_text(item.get("path"), (place, "path"))
        if path.startswith(REGISTERED):
            return self._registered(item, path.removeprefix(REGISTERED), place)
        path = _joined(inside, path, wdir)
        if PurePosixPath(path).suffix.lower() in _CODE:
            return None
        md5 = maybe_text(item.get("md5"), f"{place}, md5")
        version = md5 or maybe_text(item.get("etag") or item.get("checksum") or _stored_version(item, place), place)
        model = self.named_models.get(path)
        kind = NodeKind.MODEL if model or _looks_like_a_model(path) else NodeKind.DATASET
        return self.draft.node(
            kind, model or path, version, NAMESPACE, key=f"{kind.value}:{NAMESPACE}|{path}|{version}",
            digests=[f"md5:{md5.lower()}"] if md5 else [], aliases=[path] if model else [],
        )  # fmt: skip

    def _registered(self, item: Mapping[str, Any], name: str, place: Place) -> str:
        """A dataset that DVC only refers to: `ds://name`, with what it was when the stage ran."""
        about = mapping(item.get("dataset") or {}, (place, "dataset"))
        version = maybe_text(about.get("version") or about.get("rev_lock") or about.get("rev"), (place, "dataset"))
        url = maybe_text(about.get("url"), (place, "dataset.url"))
        return self.draft.node(NodeKind.DATASET, name, version, NAMESPACE, aliases=[url])

    def _imported(self, item: Mapping[str, Any], place: Place) -> str:
        if "db" in item:
            db = mapping(item["db"], (place, "db"))
            name = maybe_text(db.get("table") or db.get("query"), (place, "db"))
            space = maybe_text(db.get("connection"), (place, "db.connection")) or "database"
            return self.draft.node(NodeKind.DATASET, some_text(name, (place, "db")), "", space)
        path = some_text(item.get("path"), (place, "path"))
        if "repo" not in item:
            return self.draft.node(NodeKind.DATASET, path, maybe_text(item.get("etag"), place), "url", aliases=[path])
        repo = mapping(item["repo"], (place, "repo"))
        url = some_text(repo.get("url"), (place, "repo.url"))
        commit = maybe_text(repo.get("rev_lock") or repo.get("rev"), (place, "repo.rev_lock"))
        return self.draft.node(NodeKind.DATASET, path, commit, url, aliases=[f"{url}#{path}"])


def _document(path: Path, inside: str) -> Mapping[str, Any]:
    try:
        return mapping(yaml_document(text_of(path)), DOCUMENT)
    except ImportRefused as error:
        raise error.inside(inside) from error


def _paths(value: object, place: Place) -> list[str]:
    """Paths of a stage as `dvc.yaml` gives them: texts, or objects with the path as their one key."""
    return [
        some_text(next(iter(item), "") if isinstance(item, dict) else item, place) for item in listing(value, place)
    ]


def _joined(inside: str, path: str, wdir: str = "") -> str:
    """A path as seen from the root of the repository; addresses and absolute paths stay."""
    if "://" in path or path.startswith("/"):
        return path
    return PurePosixPath(os.path.normpath(PurePosixPath(_folder(inside)) / wdir / path)).as_posix()


def _folder(inside: str) -> str:
    return PurePosixPath(inside).parent.as_posix() if inside else ""


def _is_stage(value: object) -> bool:
    """As a lock file of DVC 1 has it at its top."""
    return isinstance(value, dict) and "cmd" in value


def _stored_version(item: Mapping[str, Any], place: Place) -> str:
    """The version of a file that lies in a cloud which keeps versions."""
    for remote in mapping(item.get("cloud") or {}, (place, "cloud")).values():
        about = mapping(remote, (place, "cloud"))
        if found := maybe_text(about.get("version_id") or about.get("etag"), (place, "cloud")):
            return found
    return ""


def _looks_like_a_model(path: str) -> bool:
    name = PurePosixPath(path.lower())
    return name.suffix in _MODELS or (name.suffix in _MAYBE_MODELS and any(word in name.stem for word in _MODEL_WORDS))


def _is_dvc_name(name: str) -> bool:
    return name == "dvc.yaml" or name.endswith(LOCK) or (name.endswith(".dvc") and name != ".dvc")


def _found(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root, onerror=_not_listed):
        folders[:] = [name for name in folders if name not in (".git", ".dvc")]
        yield from (Path(folder) / name for name in names if _is_dvc_name(name))


def _not_listed(error: OSError) -> None:
    """A folder that nobody may look into may hold what a model was made from."""
    raise error
