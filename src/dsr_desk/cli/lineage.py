"""dsr-desk lineage: which models were built from what."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsr_desk.app.data import dataset_content
from dsr_desk.app.models import lineage as models
from dsr_desk.app.models import standing as standings
from dsr_desk.app.models import view
from dsr_desk.cli.common import NEW_FILE, PATH, emit, progress_bar, with_case, with_desk
from dsr_desk.core.asked import ExportForm
from dsr_desk.core.lineage import Impact, Node, PathStep
from dsr_desk.core.message import said_all, term

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk

SVG = "svg"


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
    emit(impact.as_json(), *impact_lines(impact))


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
        "questions": [{"first": q.first.id, "second": q.second.id, "says": q.says} for q in graph.questions],
        "answers": [
            {"first": one.first_id, "second": one.second_id, "same": one.same, "says": one.says}
            for one in models.given_answers(desk)
        ],
    }
    lines = [", ".join(_counted(count, name.removesuffix("s")) for name, count in counts.items())]
    lines += [f"{one.file}: {one.format}, {_size(one.nodes, one.edges)}, {one.imported[:10]}" for one in read]
    for question in graph.questions:
        lines += [f"? {question.says}", f"    {question.first.id}  {question.second.id}"]
    for given in models.given_answers(desk):
        lines += [f"✓ {given.says}", f"    {given.first_id}  {given.second_id}"]
    emit(result, *lines)


@lineage.command()
@with_desk
@click.argument("first")
@click.argument("second")
@click.option("--same", "answer", flag_value="same", help="They are the same.")
@click.option("--different", "answer", flag_value="different", help="They only share a name.")
@click.option("--forget", "answer", flag_value="forget", help="Take the answer back.")
def answer(desk: Desk, first: str, second: str, answer: str | None) -> None:
    """Answer a question that `lineage show` lists, by the ids of its two things."""
    if answer is None:
        raise click.UsageError("give --same, --different or --forget")
    models.answer_question(desk, first, second, None if answer == "forget" else answer == "same")
    left = len(models.lineage_graph(desk).questions)
    emit({"answer": answer, "questions": left}, f"Recorded. Open questions: {left}.")


@lineage.command()
@with_desk
@click.argument("model")
@click.option("--case", "ref", required=True, help="From the hits of this case.")
@click.option("--most", default=100, show_default=True, type=click.IntRange(1), help="Paths to list.")
def paths(desk: Desk, model: str, ref: str, most: int) -> None:
    """All paths by which the hits of a case reached MODEL (name@version, or its id)."""
    found = view.paths_to_model(desk, ref, model, most)
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
    lines += [f"{node.label}: nothing recorded was made of it" for node in found.datasets_without_consumer]
    lines += [f"{node.label}: registered here, and no source mentions it" for node in found.registered_without_lineage]
    lines += [f"{old.source.file}: {old.days} days old" for old in found.old_sources]
    lines += [f"? {question.says}" for question in found.questions]
    emit(found.as_json(), *(lines or ["Every dataset has a consumer and every model its data."]))


def _counted(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _size(nodes: int, edges: int) -> str:
    return f"{_counted(nodes, 'node')}, {_counted(edges, 'edge')}"


def _by(step: PathStep) -> str:
    """How a path came to a step, where that says more than that data was handed on."""
    return f" ({step.role.value})" if step.role and step.role.reaches_a_model else ""


def _labels(nodes: Sequence[Node]) -> str:
    return ", ".join(node.label for node in nodes)


def impact_lines(impact: Impact) -> list[str]:
    lines = []
    for model in impact.models:
        roles = ", ".join(role.value for role in model.roles)
        lines.append(f"{model.node.label}: {roles} ({model.certainty.value}) · {term(model.learned)}")
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
        given = "not known" if model.passed_on_to is None else ", ".join(model.passed_on_to) or "nobody"
        lines.append(f"    passed on to: {given}")
        if not model.training_recorded:
            lines.append("    no source records what it was trained on: there may be more")
    lines += [f"{one.node.label}: not affected. {one.reason}" for one in impact.excluded]
    lines += [
        f"{node.label}: no recorded training data, so nothing can be said of it" for node in impact.without_lineage
    ]
    lines += [f"{version}: no lineage source mentions it" for version in impact.not_in_lineage]
    lines += [f"? {question.says}" for question in impact.questions]
    return lines or ["No model is recorded that these data reached."]
