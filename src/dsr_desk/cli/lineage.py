"""dsr-desk lineage: which models were built from what."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsr_desk.app.data import dataset_content
from dsr_desk.app.models import asking, view
from dsr_desk.app.models import lineage as models
from dsr_desk.app.models import standing as standings
from dsr_desk.cli.common import NEW_FILE, PATH, emit, progress_bar, wants_json, with_case, with_desk
from dsr_desk.core.asked import ExportForm
from dsr_desk.core.lineage import AffectedModel, Certainty, Impact, Node, NodeKind, PathStep
from dsr_desk.core.message import message, said_all, term
from dsr_desk.core.retained import RetainedOutput

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk

SVG = "svg"
_SAYABLE = (NodeKind.MODEL.value, NodeKind.DATASET.value, NodeKind.OUTPUT.value)


@click.group()
def lineage() -> None:
    """The graph from dataset versions to models and what runs on them."""


@lineage.command("import")
@with_desk
@click.argument("files", nargs=-1, required=True, type=PATH)
def import_(desk: Desk, files: tuple[Path, ...]) -> None:
    """Import lineage FILES: all of them or none. Importing the same file again changes nothing."""
    read, _ = models.import_lineage(desk, files)
    warnings = [f"{one.file}: {warning}" for one in read for warning in one.warnings]
    result = {name: sum(getattr(one, name) for one in read) for name in ("nodes", "edges")}
    lines = [
        f"{one.file}: {one.format}, {_size(one.nodes, one.edges)}{' (imported before)' if one.again else ''}"
        for one in read
    ]
    emit({**result, "warnings": warnings, "sources": read}, *lines, *(f"! {warning}" for warning in warnings))


@lineage.command()
@with_desk
@click.option("--dataset", help="A dataset: name, or name@version.")
@click.option("--case", "ref", help="The hits of a case.")
def affected(desk: Desk, dataset: str | None, ref: str | None) -> None:
    """Every model that a dataset or the hits of a case reached, with role and path."""
    if (dataset is None) == (ref is None):
        raise click.UsageError("give --dataset NAME or --case REF")
    impact = models.affected_by_dataset(desk, dataset) if dataset else models.affected_by_case(desk, ref or "")
    if wants_json():
        emit(impact.as_json())
    else:
        emit(None, *impact_lines(impact))


@lineage.command()
@with_case
@click.option("--facts", is_flag=True, help="Also what is recorded of each: use, products, outputs, who received it.")
def standing(desk: Desk, ref: str, facts: bool) -> None:
    """How far records bear out what was said of each affected model of the case REF.

    Exit code 1 where a record speaks against a word.
    """
    found = standings.models_said(desk, ref)
    counts = {code.value: sum(one.standing.code is code for one in found) for code in standings.StandingCode}
    lines = []
    for one in found:
        lines += [
            f"{one.model.node.label}: {one.standing.says}",
            *(f"    ! {said}" for said in one.standing.contradictions),
        ]
        lines += [*(f"    ✓ {said}" for said in one.standing.seen), *(f"    ? {said}" for said in one.standing.left)]
        lines += [f"    {said_all(one.facts)}"] if facts else []
    rows = [
        {"model": one.model.node.label, "id": one.model.id, **one.standing.as_json(), "facts": one.facts}
        for one in found
    ]
    open_ = standings.dispositions_open(desk, ref)
    emit(
        {"models": rows, "counts": counts, "open": open_},
        *(lines or ([] if open_ else ["No model is recorded that these data reached."])),
        *(str(one) for one in open_ if one.code != "open.model"),
        problem=counts[standings.StandingCode.CONTRADICTED] > 0,
    )


@lineage.command()
@with_desk
def show(desk: Desk) -> None:
    """What is in the graph and where it came from."""
    graph, read = models.lineage_graph(desk), models.lineage_sources(desk)
    counts = graph.counts()
    result = {
        "counts": counts,
        "sources": read,
        "questions": [question.as_json() for question in graph.questions],
        "answers": [
            {"first": one.first, "second": one.second, "yes": one.yes, "says": one.says}
            for one in asking.given_answers(desk)
        ],
    }
    lines = [", ".join(_counted(count, name.removesuffix("s")) for name, count in counts.items())]
    lines += [f"{one.file}: {one.format}, {_size(one.nodes, one.edges)}, {one.imported[:10]}" for one in read]
    for question in graph.questions:
        lines += [f"? {question.says}", *(f"    + {one}" for one in question.evidence)]
        lines += [*(f"    - {one}" for one in question.against), f"    {question.first}  {question.second}"]
        lines += [f"    {message('question.effect', count=question.effect)}"] if question.effect else []
        for one in question.singles:
            lines += [f"    {message('question.of-it')} {one.says}", f"        {one.first}  {one.second}"]
    for given in asking.given_answers(desk):
        lines += [f"✓ {given.says}", f"    {given.first}  {given.second}"]
    emit(result, *lines)


@lineage.command()
@with_desk
@click.argument("first")
@click.argument("second")
@click.option("--yes", "answer", flag_value="yes", help="It is so.")
@click.option("--no", "answer", flag_value="no", help="It is not so.")
@click.option("--same", "answer", flag_value="yes", help="They are the same: as --yes.")
@click.option("--different", "answer", flag_value="no", help="They only share a name: as --no.")
@click.option("--forget", "answer", flag_value="forget", help="Take the answer back.")
def answer(desk: Desk, first: str, second: str, answer: str | None) -> None:
    """Answer a question that `lineage show` lists, by the two keys that stand under it.

    Of two systems, or of a parameter, that answers for all of it; the keys of one pair answer for that pair alone. Data
    that its source does not identify is the same as a dataset whose id stands beside it.
    """
    if answer is None:
        raise click.UsageError("give --yes, --no or --forget")
    asking.answer_question(desk, first, second, None if answer == "forget" else answer == "yes")
    left = len(models.lineage_graph(desk).questions)
    emit({"answer": answer, "questions": left}, f"Recorded. Open questions: {left}.")


@lineage.command("is-a")
@with_desk
@click.argument("node")
@click.argument("kind", type=click.Choice([*_SAYABLE, "forget"]))
def is_a(desk: Desk, node: str, kind: str) -> None:
    """Say what the thing NODE (its id) is, whatever its source takes it for."""
    asking.say_kind(desk, node, NodeKind(kind) if kind != "forget" else None)
    left = len(models.lineage_graph(desk).questions)
    emit({"node": node, "kind": kind, "questions": left}, f"Recorded. Open questions: {left}.")


@lineage.command()
@with_desk
@click.argument("model", required=False, default="")
@click.option("--model", "named", default="", help="MODEL, by name.")
@click.option("--case", "ref", default="", help="From the hits of this case.")
@click.option("--dataset", default="", help="From a dataset: name, name@version, or its id.")
@click.option("--most", default=100, show_default=True, type=click.IntRange(1), help="Paths to list.")
def paths(desk: Desk, model: str, named: str, ref: str, dataset: str, most: int) -> None:
    """All paths by which a dataset or the hits of a case reached MODEL (name@version, or its id)."""
    if bool(model) == bool(named) or bool(ref) == bool(dataset):
        raise click.UsageError("give one model, and --case REF or --dataset NAME")
    goal = model or named
    found = view.paths_between(desk, dataset, goal, most) if dataset else view.paths_to_model(desk, ref, goal, most)
    lines = [" → ".join(f"{step.node.title}{_by(step)}" for step in path) for path in found.paths]
    lines += [] if found.complete else ["There are more."]
    result = {"paths": [[step.as_json() for step in path] for path in found.paths], "complete": found.complete}
    emit(result, *(lines or ["No path is recorded."]))


@lineage.command()
@with_desk
@click.argument("text")
@click.option("--case", "ref", default="", help="Only what the hits of this case reached.")
def find(desk: Desk, text: str, ref: str) -> None:
    """Find datasets, runs, models and what stands on them by a part of their name or id."""
    found = view.find_in_lineage(desk, text, ref=ref)
    listed = [{"id": n.id, "kind": n.kind.value, "name": n.name, "version": n.version} for n in found]
    emit(listed, *([f"{n.kind.value} {n.label}: {n.id}" for n in found] or ["Nothing is called so."]))


@lineage.command()
@with_desk
@click.argument("dataset", metavar="NAME@VERSION")
def digest(desk: Desk, dataset: str) -> None:
    """Read the files of a dataset and keep their digests, so that lineage which names content finds it."""
    with progress_bar() as (report, cancel):
        noted, _ = dataset_content.note_content(desk, dataset, report=report, cancel=cancel)
    lines = [f"{noted.digests} digests of {dataset} are known.", *(f"! {name}: {why}" for name, why in noted.left_out)]
    emit(noted, *lines)


@lineage.command()
@with_desk
@click.option("--case", "ref", default="", help="What the hits of a case reached.")
@click.option("--dataset", default="", help="What a dataset (name, or name@version) reached.")
@click.option("--to", required=True, type=NEW_FILE, help="File to write.")
@click.option(
    "--format",
    "form",
    type=click.Choice([*(form.value for form in ExportForm), SVG]),
    default=ExportForm.OPENLINEAGE.value,
    show_default=True,
    help="OpenLineage events (a line each), PROV-JSON, or a picture.",
)
@click.option("--runs", is_flag=True, help="Draw runs as boxes; without it they are arrows (svg).")
def export(desk: Desk, ref: str, dataset: str, to: Path, form: str, runs: bool) -> None:
    """Write lineage for another program or a person; all that is known, without --case and --dataset."""
    if ref and dataset:
        raise click.UsageError("give --case REF or --dataset NAME, not both")
    if runs and form != SVG:
        raise click.UsageError("--runs is for --format svg")
    if form == SVG:
        drawing, _ = view.export_drawing(desk, to, ref=ref, dataset=dataset, runs=runs)
        nodes, edges = drawing.whole, len(drawing.edges)
    else:
        part = view.export_lineage(desk, to, ExportForm(form), case=ref, dataset=dataset)
        nodes, edges = len(part.nodes), len(part.edges)
    result = {"file": str(to), "format": form, "nodes": nodes, "edges": edges}
    emit(result, f"{_size(nodes, edges)} written to {to}.")


@lineage.command()
@with_desk
def coverage(desk: Desk) -> None:
    """Say what the lineage does not know: what a regulator asks next."""
    found = view.lineage_coverage(desk)
    lines = [f"{node.label}: no recorded training data" for node in found.models_without_input]
    lines += [f"{node.label}: not all that it learned from is recorded" for node in found.models_in_part]
    lines += [f"{node.title}: took data, and nothing is recorded that it made" for node in found.runs_without_model]
    lines += [f"{node.label}: data that its source does not identify ({node.id})" for node in found.data_unidentified]
    lines += [f"{node.label}: may be a model; nobody said so ({node.id})" for node in found.outputs_unclassified]
    lines += [f"{node.label}: nothing recorded was made of it" for node in found.datasets_without_consumer]
    lines += [f"{node.label}: registered here, and no source mentions it" for node in found.registered_without_lineage]
    lines += [f"{old.source.file}: {old.days} days old" for old in found.old_sources]
    lines += [f"{one.file}: {warning}" for one in found.partial_sources for warning in one.warnings]
    lines += [f"? {question.says}" for question in found.questions]
    emit(found.as_json(), *(lines or ["Every dataset has a consumer and every model its data."]))


def _counted(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _size(nodes: int, edges: int) -> str:
    return f"{_counted(nodes, 'node')}, {_counted(edges, 'edge')}"


def _by(step: PathStep) -> str:
    """How a path came to a step, where that says more than that data was handed on, and how sure that is."""
    said = [step.role.value] if step.role and step.role.reaches_a_model else []
    said += [step.certainty.value] if step.certainty is not Certainty.RECORDED else []
    return f" ({', '.join(said)})" if said else ""


def _record(kept: RetainedOutput) -> str:
    """What is recorded of a kept output: who made it, and of how many items it is."""
    said = [f"made by {', '.join(kept.runs)}"] if kept.runs else []
    said += [f"of {_counted(len(kept.items), 'item')}"] if kept.items else []
    return ", ".join(said)


def _roles(model: AffectedModel) -> str:
    """Each role, and how sure it is where it is no surer than concluded."""
    return ", ".join(
        role.value if certainty is Certainty.RECORDED else f"{role.value} ({certainty.value})"
        for role, certainty in model.certainties.items()
    )


def _labels(nodes: Sequence[Node]) -> str:
    return ", ".join(node.label for node in nodes)


def impact_lines(impact: Impact) -> list[str]:
    lines = []
    for model in impact.models:
        lines.append(f"{model.node.label}: {_roles(model)} ({model.certainty.value}) · {term(model.learned)}")
        lines.append("    " + " → ".join(step.node.title for step in model.shortest_path))
        about = [f"for {model.task}" if model.task else ""]
        about += [f"licence {model.node.licence}" if model.node.licence != "unknown" else ""]
        if any(about):
            lines.append(f"    {', '.join(filter(None, about))}")
        if model.deployments:
            lines.append(f"    deployed: {_labels(model.deployments)}; in use: {model.period.says}")
        for what, nodes in (
            ("products", model.products),
            ("retained outputs", model.outputs),
            ("embeddings", model.embeddings),
            ("benchmarks", model.benchmarks),
        ):
            if nodes:
                lines.append(f"    {what}: {_labels(nodes)}")
        lines += [f"        {one.label}: {_record(one)}" for one in model.retained if one.runs or one.items]
        if model.run_status:
            how = "was stopped" if model.run_status == "killed" else "failed"
            lines.append(f"    its run {how}: weights may lie there all the same")
        given = "not known" if model.passed_on_to is None else ", ".join(model.passed_on_to) or "nobody"
        lines.append(f"    passed on to: {given}")
        if not model.training_recorded:
            lines.append("    no source records what it was trained on: there may be more")
        elif not model.training_complete:
            lines.append("    not all that it learned from is recorded: there may be more")
    lines += [f"{one.node.label}: not affected. {one.reason}" for one in impact.excluded]
    lines += [
        f"{node.label}: no recorded training data, so nothing can be said of it" for node in impact.without_lineage
    ]
    lines += [
        f"{node.label}: not all that it learned from is recorded, so whether it learned from this is not known"
        for node in impact.partly_recorded
    ]
    lines += [f"{node.title}: took the data, and nothing is recorded that it made" for node in impact.runs]
    lines += [f"{version}: no lineage source mentions it" for version in impact.not_in_lineage]
    lines += [f"? {question.says}" for question in impact.questions]
    return lines or ["No model is recorded that these data reached."]
