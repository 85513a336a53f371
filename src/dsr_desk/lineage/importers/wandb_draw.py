"""What Weights & Biases knows of runs and artifacts, as a graph.

That a run logged or used an artifact is recorded there. What it used it for is not, unless the run's job type says so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import BY_FILE, KIND_TEXT, KIND_WHY, NAMED_ONLY, PART, LineageDraft, system_of
from dsr_desk.lineage.importers.names import Likely, NamedValue, is_placeholder, model_file
from dsr_desk.lineage.importers.wandb_kinds import JobType, is_in_use, job_of, kind_of, named_for_measuring
from dsr_desk.lineage.importers.wandb_runs import Artifact, Reference, WandbRun, reference_in, version_said
from dsr_desk.lineage.importers.wandb_settings import named, sign_of_training, switches, used_in

SYSTEM = "wandb"
_LOOSE = Certainty.INFERRED
_ENDED_BADLY = {"failed": "failed", "crashed": "failed", "killed": "killed"}


def draw(runs: Sequence[WandbRun], draft: LineageDraft) -> None:
    """Adds the graph of the runs that one source holds."""
    drawing = _Drawing(draft)
    nodes = [drawing.run(run) for run in runs]
    for run, node in zip(runs, nodes, strict=True):
        drawing.logged(run, node)
    for run, node in zip(runs, nodes, strict=True):
        drawing.inputs(run, node)


def system_of_run(run: WandbRun, entity: str = "", project: str = "") -> str:
    """One project of one entity of one server, the run's own unless another is given.

    A run that was never sent anywhere has no entity: then the repository that it ran in, else the folder, tells
    projects of one name apart.
    """
    entity, project = entity or run.entity, project or run.project
    if entity:
        return _system(run.server, entity, project)
    marks = ("git", _repository(run.remote)) if run.remote else ("folder", run.host, run.root)
    return _system("offline", project, *marks, "" if any(marks[1:]) else run.key)


@lru_cache(1 << 12)
def _system(*marks: str) -> str:
    return system_of(SYSTEM, *marks)


def _repository(remote: str) -> str:
    """Host and path of a remote, whichever way it is reached and whoever reaches it."""
    place = re.sub(r"^[a-z+]+://", "", remote.strip().casefold())
    return re.sub(r"^[^@/]*@", "", place).replace(":", "/").rstrip("/").removesuffix(".git")


class _Drawing:
    """Knows what was logged, under which names, so that what a run used or names is found again."""

    def __init__(self, draft: LineageDraft) -> None:
        self._draft = draft
        self._made: dict[str, list[str]] = defaultdict(list)
        self._called: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(dict)
        self._lies: dict[tuple[str, str], str] = {}
        self._any: dict[tuple[str, str, str], str] = {}

    def run(self, run: WandbRun) -> str:
        system = system_of_run(run)
        node = self._draft.node(
            NodeKind.RUN, run.name or run.key, run.key if run.name else "", system, key=f"run:{system}|{run.key}",
            created=run.created, ended=run.ended, status=run.state, commit=run.commit, **{"job-type": run.job_type},
        )  # fmt: skip
        before = run.forked_from
        if before and before != run.key:
            key = f"run:{system}|{before}"
            if key not in self._draft.nodes:
                self._draft.node(NodeKind.RUN, before, "", system, key=key, **{NAMED_ONLY: "yes"})
            self._guess(key, node, Role.PARENT, "guess.wandb.fork", "fork_from", before)
        return node

    def logged(self, run: WandbRun, node: str) -> None:
        for artifact in run.logged:
            if ident := self.artifact(run, artifact):
                self._produced(run, node, ident)
        system = system_of_run(run)
        for path in dict.fromkeys(run.files):
            if model_file(path) is Likely.YES:
                key = f"model:{system}|{run.key}|{path}"
                self._draft.node(NodeKind.MODEL, path, run.key, system, key=key, **{BY_FILE: "yes"})
                self._produced(run, node, key)

    def _produced(self, run: WandbRun, node: str, ident: str) -> None:
        """A run that ended badly may have learned all the same: its models say how it ended."""
        self._made[node].append(ident)
        self._draft.edge(node, ident, Role.PRODUCE)
        thing = self._draft.nodes[ident]
        if thing.kind is NodeKind.MODEL and run.state in _ENDED_BADLY:
            said = {"run-status": _ENDED_BADLY[run.state]}
            self._draft.node(thing.kind, thing.name, thing.version, thing.namespace, key=ident, **said)

    def inputs(self, run: WandbRun, node: str) -> None:
        job = job_of(run.job_type)
        makes = any(self._draft.nodes[made].kind is NodeKind.MODEL for made in self._made[node])
        measures = job.role is Role.EVALUATE and not makes
        meant = [(ident, one) for one in named(run) for ident in self._meant(run, node, one)]
        sign = "" if measures else _sign(run, job, [one for _, one in meant])
        trains = makes or bool(sign)
        for ident in self._made[node]:
            if trains and self._draft.nodes[ident].kind is NodeKind.DATASET:
                self._guess(ident, node, Role.TRAIN, "guess.wandb.logged", "log_artifact", _title(run))
        used = [*run.used, *used_in(run.config)]
        taken = [(ident, one) for one in used for ident in self._found(run, one)]
        for ident, artifact in taken:
            if self._draft.nodes[ident].kind is NodeKind.MODEL:
                self._model_used(ident, node, run, job, trains)
            else:
                self._data_used(ident, artifact, node, run, job, trains)
        for ident, one in meant:
            role = self._role(ident, one, measures)
            self._guess(ident, node, role, "guess.parameter", one.key, one.text)
        for key, value in switches(run):
            system = system_of_run(run)
            unnamed = {"key": f"unnamed:{system}|{run.key}|{key}", NAMED_ONLY: "yes"}
            base = self._draft.node(NodeKind.MODEL, f"{key}={value}", run.key, system, **unnamed)
            self._guess(base, node, Role.FINE_TUNE_BASE, "guess.switch", key, value)
        if measures:
            self._measured([ident for ident, _ in taken], run, job)
            self._measured([ident for ident, _ in (*taken, *meant)], run, JobType(Role.EVALUATE))
        if sign and not makes:
            self._weights(run, node, sign)

    def _weights(self, run: WandbRun, node: str, sign: str) -> None:
        """What a run that trained must have left, though it logged no model: that it is one is asked about."""
        system = system_of_run(run)
        key = f"weights:{system}|{run.key}"
        said = {BY_FILE: "yes", KIND_WHY: "guess.kind.training-signs", KIND_TEXT: sign}
        self._draft.node(NodeKind.MODEL, f"weights of {_title(run)}", "", system, key=key, **said)
        self._produced(run, node, key)

    def artifact(self, run: WandbRun, artifact: Artifact) -> str:
        """Adds a version of an artifact; "" for what is no data and no model."""
        kind = kind_of(artifact)
        if kind is None or not artifact.name:
            return ""
        project = system_of_run(run, artifact.entity, artifact.project)
        system = _used_by(project) if artifact.ident and not artifact.project else project
        version = artifact.version or artifact.digest[:12]
        draft, contents = self._draft, artifact.contents
        ident = draft.node(
            kind.kind, artifact.name, version, system, digests=contents.digests, created=artifact.created,
            aliases=(*_names_for_ever(artifact, project), *contents.places, *artifact.links),
            deleted="yes" if artifact.deleted else "", **kind.said,
        )  # fmt: skip
        tags = self._called[system, artifact.name].setdefault(ident, set())
        tags |= {artifact.version, *artifact.aliases} - {""}
        for place in contents.places:
            self._lies.setdefault((system, place.rstrip("/")), ident)
        for path, digest in contents.parts:
            of = NodeKind.MODEL if model_file(path) is Likely.YES else NodeKind.DATASET
            part = draft.node(
                of, path, "", f"{system}:{artifact.name}@{version}", digests=[digest], **{PART: artifact.name}
            )
            draft.edge(ident, part, Role.CONTAIN)
        if kind.kind is NodeKind.MODEL:
            for alias in filter(is_in_use, artifact.aliases):
                place = draft.node(NodeKind.DEPLOYMENT, f"{artifact.name}:{alias}", "", system)
                self._guess(ident, place, Role.SERVE, "guess.wandb.alias", alias, alias)
        return ident

    def _found(self, run: WandbRun, artifact: Artifact) -> list[str]:
        """What a run used, and versions of that name that were logged without anybody saying which version they are."""
        ident = self.artifact(run, artifact)
        if not ident:
            return []
        node = self._draft.nodes[ident]
        if not artifact.digest:
            project = system_of_run(run, artifact.entity, artifact.project)
            known = self._called[project, node.name].items()
            unsaid = [logged for logged, tags in known if not any(map(version_said, tags)) and logged != ident]
            for logged in self._any_of(project, node.name, "", unsaid):
                self._guess(logged, ident, Role.COPY, "guess.wandb.version", "use_artifact", node.label)
        return [ident]

    def _any_of(self, project: str, name: str, tag: str, members: list[str]) -> list[str]:
        """Several versions of which it is not said which is meant: one thing stands for all of them."""
        if len(members) < 2:
            return members
        if (project, name, tag) not in self._any:
            whole = self._draft.node(self._draft.nodes[members[0]].kind, name, "", project)
            for ident in members:
                self._guess(ident, whole, Role.COPY, "guess.wandb.version", "use_artifact", f"{name}:{tag}")
            self._any[project, name, tag] = whole
        return [self._any[project, name, tag]]

    def _model_used(self, model: str, node: str, run: WandbRun, job: JobType, trains: bool) -> None:
        if trains:
            self._guess(model, node, Role.FINE_TUNE_BASE, "guess.wandb.model-used", "use_artifact", _title(run))
        else:
            self._draft.edge(model, node, Role.SERVE if job == JobType(Role.EVALUATE, stated=True) else Role.INPUT)

    def _data_used(self, data: str, artifact: Artifact, node: str, run: WandbRun, job: JobType, trains: bool) -> None:
        """A run that makes a model may have learned from all that it used, whatever it is called."""
        if trains:
            other = named_for_measuring(artifact)
            if job == JobType(Role.TRAIN, stated=True) and not other:
                self._draft.edge(data, node, Role.TRAIN)
            elif other:
                self._guess(data, node, Role.TRAIN, "guess.wandb.named-otherwise", "use_artifact", other)
            else:
                self._guess(data, node, Role.TRAIN, "guess.wandb.data-used", "use_artifact", _title(run))
        elif job == JobType(Role.EVALUATE, stated=True):
            self._draft.edge(data, node, Role.EVALUATE)
        else:
            self._draft.edge(data, node, Role.INPUT)

    def _role(self, ident: str, named: NamedValue, measures: bool) -> Role:
        model = self._draft.nodes[ident].kind is NodeKind.MODEL
        if measures:
            return Role.SERVE if model else Role.EVALUATE
        if model is (named.meaning.kind is NodeKind.MODEL):
            return named.meaning.role
        return Role.FINE_TUNE_BASE if model else Role.TRAIN

    def _measured(self, taken: list[str], run: WandbRun, job: JobType) -> None:
        """What an evaluation used of models it tried on what it used of data: of one model that is stated."""
        models = {ident for ident in taken if self._draft.nodes[ident].kind is NodeKind.MODEL}
        for model in sorted(models):
            for data in sorted(set(taken) - models):
                if job.stated and len(models) == 1:
                    self._draft.edge(data, model, Role.EVALUATE)
                else:
                    self._guess(data, model, Role.EVALUATE, "guess.wandb.measured", "use_artifact", _title(run))

    def _meant(self, run: WandbRun, node: str, named: NamedValue) -> list[str]:
        """What a name in a run's configuration means: artifacts known here, else a thing that is only named."""
        said = reference_in(named.text) or Reference("", "", named.text, "")
        system = system_of_run(run, said.entity, said.project)
        known = {
            ident: tags
            for space in (system, _used_by(system))
            for ident, tags in self._called.get((space, said.name), {}).items()
        }
        tagged = [ident for ident, tags in known.items() if said.tag in tags]
        if tagged or known:
            return self._any_of(system, said.name, said.tag if tagged else "", tagged or list(known))
        if lies := self._lies.get((system, named.text.rstrip("/"))):
            return [lies]
        if named.meaning.kind is NodeKind.DATASET and is_placeholder(said.name):
            return [self._draft.unidentified(named.text, of=node)]
        version = version_said(said.tag)
        name = said.name if version or said.tag == "latest" else named.text
        return [
            self._draft.node(
                named.meaning.kind, name, version, system, aliases=[named.text] if "://" in named.text else [],
                **{NAMED_ONLY: "yes"},
            )
        ]  # fmt: skip

    def _guess(self, origin: str, target: str, role: Role, why: str, by: str, text: str) -> None:
        self._draft.edge(origin, target, role, _LOOSE, why=why, by=by, text=text)


def _used_by(project: str) -> str:
    """The system of what runs of a project used, of which the log does not say that it is of the same project."""
    return _system(project, "used")


def _names_for_ever(artifact: Artifact, system: str) -> Iterator[str]:
    """The names that stay with one version in one system: the digest of its list of files, and the server's id."""
    if artifact.digest:
        yield f"urn:{system}:{artifact.name}:{artifact.digest}"
    if artifact.ident:
        yield f"urn:{system}:id:{artifact.ident}"


def _sign(run: WandbRun, job: JobType, meant: list[NamedValue]) -> str:
    """What says that a run trained: its job type, a setting that only trainings have, or data to train on."""
    if job.role is Role.TRAIN:
        return f"job_type: {run.job_type}"
    data = (one.key for one in meant if one.meaning.kind is NodeKind.DATASET and one.meaning.role is Role.TRAIN)
    return sign_of_training(run) or next(data, "")


def _title(run: WandbRun) -> str:
    return run.name or run.key
