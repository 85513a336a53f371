"""What a bundle of an order says at each stage, and that the program says the same before it seals."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dsr_desk.app.case import chasing, deleting, handing_over, orders, scope
from dsr_desk.app.case.orders import Met
from dsr_desk.app.desk import Desk
from dsr_desk.app.models import lineage as models
from dsr_desk.app.models.lineage import affected_by_case
from dsr_desk.app.models.standing import standings
from dsr_desk.app.proof import order_drafts, public, sealing, swearing
from dsr_desk.app.proof.obligations import headline, obligations, order_facts
from dsr_desk.app.proof.signing_keys import valid_signer
from dsr_desk.core.actions import ActionKind
from dsr_desk.core.lineage import DispositionKind
from dsr_desk.core.order_refusals import ObligationMissing
from dsr_desk.core.orders import typed
from dsr_desk.evidence.verifying import check_bundle
from quick_keys import make_keys_quick
from resealing import files_of, resealed
from unit.app import small_order
from unit.app.small_order import SmallOrder


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    folder = tmp_path_factory.mktemp("order")
    live, template = folder / "live", folder / "template"
    with pytest.MonkeyPatch.context() as patch:
        make_keys_quick(patch)
        ref = small_order.make(live)
    shutil.move(live, template)
    return live, template, ref


@pytest.fixture
def order(_made: tuple[Path, Path, str]) -> Iterator[SmallOrder]:
    with small_order.at(*_made) as made:
        yield made


def read(opened: Path, name: str) -> Any:
    text = (opened / "evidence" / "data" / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()] if name.endswith("l") else json.loads(text)


def states(opened: Path) -> dict[str, str]:
    return {one["about"]: one["state"] for one in read(opened, "order.json")["obligations"]}


def first_lines(opened: Path) -> list[str]:
    """Title and headline of the page."""
    blocks = read(opened, "report.json")["blocks"]
    return [" ".join(run["text"] for run in one["runs"]) for one in blocks[:2]]


def same_as_the_program(order: SmallOrder, opened: Path) -> None:
    """What the program computes from its log is what the bundle says, down to the reasons."""
    desk, said = order.desk, read(opened, "order.json")
    ours = [one.as_said() for one in obligations(desk, order.ref)]
    assert [{name: one[name] for name in ours[0]} for one in said["obligations"]] == ours
    assert first_lines(opened)[1] == headline(desk, order.ref).say()


def answer_all(order: SmallOrder) -> None:
    waiting = [one for one in chasing.tasks(order.desk, order.ref) if one.action.kind is ActionKind.TELL_RECIPIENT]
    for one in waiting:
        handing_over.declare(order.desk, order.ref, one.action.id, "they wrote that they deleted it")
    deleting.read_back(order.desk, order.ref)


def swear(order: SmallOrder) -> None:
    wording = swearing.word_statement(
        order.desk, order.ref, swearing.Form.OUTSIDE_US, name="Ada M. Quill", capacity="Chief Privacy Officer"
    )
    swearing.swear(order.desk, order.ref, wording)


def test_a_bundle_says_at_each_stage_what_is_met_and_what_is_not(order: SmallOrder) -> None:
    opened = order.seal()
    assert first_lines(opened)[0] == "Order: not fulfilled"
    assert set(states(opened).values()) == {"open"}
    assert read(opened, "order.json")["scope"] is None
    said = {one["field"]: [each["code"] for each in one["says"]] for one in read(opened, "required.json")}
    assert said["authority"][0] == "required.order.authority"
    page = (opened / "evidence" / "data" / "report.json").read_text(encoding="utf-8")
    assert "report.models.no-scope" in page
    assert "report.models.none" not in page
    same_as_the_program(order, opened)

    scoped = order.scoped().seal()
    assert first_lines(scoped)[0] == "Order: not fulfilled"
    assert "nothing was run" in first_lines(scoped)[1]
    shards = [(one["container"], one["how"], one["items"], one["left"]) for one in read(scoped, "containers.jsonl")]
    assert shards == [("data/shard-0.tar", "whole", 4, 4), ("data/shard-1.tar", "mixed", 1, 1)]
    samples = {one["of"]: (one["looked"], one["wrong"], one["low"], one["high"]) for one in
               read(scoped, "order.json")["samples"]}  # fmt: skip
    assert samples == {"scope": (5, 0, "0.0000", "0.5218"), "rest": (2, 0, "0.0000", "0.8419")}
    same_as_the_program(order, scoped)

    run = order.run().seal()
    assert first_lines(run)[0] == "Order: fulfilled but for what is named here"
    assert states(run) == {
        "data": "met-read", "embeddings": "met-read", "recipients": "open", "statement": "open", "report": "open",
    }  # fmt: skip
    assert "2 of 2 not told" in first_lines(run)[1]
    assert not order.whole.exists()
    same_as_the_program(order, run)

    answer_all(order)
    order.say("o04")
    order.say("o05")
    unsworn = order.seal()
    assert states(unsworn)["statement"] == "partly"
    same_as_the_program(order, unsworn)
    swear(order)
    last = order.seal()
    assert first_lines(last)[0] == "Order: fulfilled but for what is named here"  # a report was due and is not there
    wanted = {"data": "met-read", "embeddings": "met-read", "recipients": "met-declared", "statement": "met-declared"}
    assert {about: one for about, one in states(last).items() if about in wanted} == wanted
    same_as_the_program(order, last)


def test_no_share_is_said_of_a_sample_that_was_not_looked_at_to_its_end(order: SmallOrder) -> None:
    order.scoped()
    scope.draw(order.desk, order.ref, "scope", 5)
    first, *rest = [one.place for one in scope.drawn_items(order.desk, order.ref) if one.of == "scope"][-5:]
    scope.mark(order.desk, order.ref, {first: "belongs"})
    assert [(one["low"], one["high"]) for one in read(order.seal(), "order.json")["samples"]][-1] == ("", "")
    scope.mark(order.desk, order.ref, {**dict.fromkeys(rest, "belongs"), rest[-1]: "unsure"})
    opened = order.seal()
    assert [(one["low"], one["unsure"]) for one in read(opened, "order.json")["samples"]][-1] == ("", 1)
    assert "not all was looked at and told apart" in (opened / "evidence" / "data" / "report.html").read_text("utf-8")


def test_what_could_not_be_removed_is_in_the_headline_with_its_name(order: SmallOrder) -> None:
    order.scoped()
    deleting.make_plan(order.desk, order.ref)
    deleting.approve(order.desk, order.ref)
    order.whole.write_bytes(order.whole.read_bytes() + bytes(512))
    opened = order.again().seal()
    assert first_lines(opened)[0] == "Order: not fulfilled"
    assert "4 of 5 items still there, in 1 of 2 containers: data/shard-0.tar" in first_lines(opened)[1]
    same_as_the_program(order, opened)


def test_no_sentence_of_a_persons_case_stands_in_an_order(order: SmallOrder) -> None:
    opened = order.scoped().seal()
    page = (opened / "evidence" / "data" / "report.html").read_text(encoding="utf-8")
    text = re.sub("<[^>]+>", " ", page)
    for said in ("of the person", "Nothing was found", "decided to be", "search by face", "requester", "strangers"):
        assert said not in text
    assert read(opened, "hits.jsonl") == []
    assert read(opened, "scope.json")["searches"] == []


def test_every_sentence_is_there_in_german(order: SmallOrder) -> None:
    opened = order.scoped().run().seal("de")
    assert first_lines(opened)[0] == "Anordnung: erfüllt bis auf das hier Genannte"
    assert "nicht unterrichtet" in first_lines(opened)[1]


def test_the_verifier_in_the_bundle_agrees(order: SmallOrder) -> None:
    opened = order.scoped().run().seal()
    script = opened / "evidence" / "data" / "check_bundle.py"
    done = subprocess.run([sys.executable, str(script), str(opened)], capture_output=True, text=True, check=False)
    assert "FAILS" not in done.stdout
    assert "holds       contents" in done.stdout
    assert "holds       report" in done.stdout


def test_the_page_for_the_public_names_no_place_and_nobody(order: SmallOrder, tmp_path: Path) -> None:
    order.scoped().run().seal()
    to = public.write_summary(order.desk, order.ref, tmp_path / "page.html")
    text = re.sub("<style>.*?</style>|<[^>]+>", " ", to.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert "Order: fulfilled but for what is named here" in text
    assert "Destroy the data, by 2 December 2026: ✓ met, as it was read" in text
    for name in ("shard-0", "Ada", "Example Ltd", "Sample AG"):
        assert name not in text


def test_an_order_has_no_edition_for_a_person(order: SmallOrder, tmp_path: Path) -> None:
    with pytest.raises(sealing.OrderForAuthority):
        sealing.seal(order.desk, order.ref, tmp_path, requester=True)


def test_a_word_that_was_taken_back_meets_nothing(order: SmallOrder) -> None:
    order.say("o05")
    assert order_states(order.desk, order.ref)["report"] == "met-declared"
    order.say("o05", Met.TAKEN_BACK)
    assert order_states(order.desk, order.ref)["report"] == "open"


def order_states(desk: Desk, ref: str) -> dict[str, str]:
    return {one.about: one.state for one in obligations(desk, ref, day="2026-11-08")}


def test_the_facts_of_the_program_are_those_of_the_verifier(order: SmallOrder) -> None:
    opened = order.scoped().run().seal()
    desk, ref = order.desk, order.ref
    with desk.reading(ref) as case:
        impact = affected_by_case(desk, ref)
        ours = order_facts(desk, case, impact, standings(desk, ref, impact), "2026-11-30")
    files = opened / "evidence" / "data"
    note = (files / "log" / "checkpoint").read_text(encoding="utf-8")
    chains = check_bundle.read_log(
        lambda name: io.BytesIO((files / name).read_bytes()),
        ref,
        check_bundle.head_of(note),
        "regulator",
        signatures=False,
    )
    theirs = check_bundle.order_facts(chains.fold, read(opened, "lineage.json"))
    words = {"words", "containers", "day"}
    assert {name: one for name, one in theirs.items() if name not in words} == {
        name: one for name, one in ours.items() if name not in words
    }
    assert sorted(theirs["containers"], key=str) == sorted(ours["containers"], key=str)


Forge = Callable[[dict[str, bytes]], Mapping[str, bytes | None]]


def with_order(change: Callable[[dict[str, Any]], None]) -> Forge:
    def forged(files: dict[str, bytes]) -> dict[str, bytes]:
        order = json.loads(files["order.json"])
        change(order)
        return {"order.json": f"{check_bundle.spell(order)}\n".encode()}

    return forged


def said_to_be_met(order: dict[str, Any]) -> None:
    for one in order["obligations"]:
        one.update(state="met-read", why=[])


def no_doubt(order: dict[str, Any]) -> None:
    order["samples"][0].update(low="0.0000", high="0.0100")


def looked_at_more(order: dict[str, Any]) -> None:
    order["samples"][0]["looked"] += 100


def another_selector(order: dict[str, Any]) -> None:
    order["scope"]["selector"] = 'dataset = "all"'


def without_a_container(files: dict[str, bytes]) -> dict[str, bytes]:
    return {"containers.jsonl": files["containers.jsonl"].split(b"\n", 1)[1]}


def another_count_in_a_container(files: dict[str, bytes]) -> dict[str, bytes]:
    return {"containers.jsonl": files["containers.jsonl"].replace(b'"gone":4', b'"gone":5', 1)}


def without_the_order(files: dict[str, bytes]) -> dict[str, bytes | None]:
    del files
    return {"order.json": None}


def titled(title: str, headline: bool) -> Forge:
    def forged(files: dict[str, bytes]) -> dict[str, bytes]:
        report = json.loads(files["report.json"])
        first, second = (one["runs"][0] for one in report["blocks"][:2])
        first.update(code=f"report.title.order.{title}", text="Order: fulfilled")
        report["title"] = first["text"]
        if headline:
            second.update(code="report.order.headline.fulfilled", values={"count": 5}, text="All 5 are met.")
        data = check_bundle.spell(report).encode()
        return {"report.json": data, "report.html": check_bundle.report_page(report)}

    return forged


def shorter_headline(files: dict[str, bytes]) -> dict[str, bytes]:
    report = json.loads(files["report.json"])
    run = report["blocks"][1]["runs"][0]
    run["values"]["open"].pop()
    run["text"] = "Fulfilled but for little."
    return {"report.json": check_bundle.spell(report).encode(), "report.html": check_bundle.report_page(report)}


def without_headline(files: dict[str, bytes]) -> dict[str, bytes]:
    report = json.loads(files["report.json"])
    del report["blocks"][1]
    return {"report.json": check_bundle.spell(report).encode(), "report.html": check_bundle.report_page(report)}


FORGERIES: tuple[Forge, ...] = (
    with_order(said_to_be_met), with_order(no_doubt), with_order(looked_at_more), with_order(another_selector),
    without_a_container, another_count_in_a_container, without_the_order, titled("fulfilled", headline=False),
    titled("fulfilled", headline=True), titled("not", headline=False), shorter_headline, without_headline,
)  # fmt: skip


def test_whoever_has_the_organisations_key_cannot_make_an_order_better_than_its_entries(order: SmallOrder) -> None:
    opened = order.scoped().run().seal()
    honest = {path.name: path.read_bytes() for path in opened.iterdir() if path.is_file()}
    signer = valid_signer(order.desk)
    files = files_of(honest)
    for forge in FORGERIES:
        forged = resealed(honest, signer, forge(dict(files)))
        findings, _ = check_bundle.check_all(forged, signer.fingerprint)
        refused = [one.name for one in findings if one.ok is False]
        assert set(refused) & {"contents", "report"}, forge
    untouched = resealed(honest, signer, {})
    assert [one.name for one in check_bundle.check_all(untouched, signer.fingerprint)[0] if one.ok is False] == []


def test_a_draft_says_what_entries_say_and_leaves_blank_what_they_do_not(order: SmallOrder, tmp_path: Path) -> None:
    order.scoped().run()
    order.say("o05")
    text = order_drafts.write_drafts(order.desk, order.ref, tmp_path / "all.txt").read_text(encoding="utf-8")
    assert text.count("DRAFT: ") == len(small_order.OBLIGATIONS)
    for said in ("5 items were seen as gone", "Example Ltd: no telling recorded.", "done, says o05", "Name: […]"):
        assert said in text
    one = order_drafts.write_drafts(order.desk, order.ref, tmp_path / "one.txt", obligation="o03", language="de")
    german = one.read_text(encoding="utf-8")
    assert german.startswith("ENTWURF: Empfänger")
    assert "Example Ltd: keine Unterrichtung verzeichnet." in german
    with pytest.raises(ObligationMissing):
        order_drafts.write_drafts(order.desk, order.ref, tmp_path / "none.txt", obligation="o99")


@pytest.mark.parametrize(
    ("standing", "words", "fits"),
    [
        ("none", {}, True),
        ("none", {"planned": "destroyed"}, False),
        ("seen", {}, False),
        ("seen", {"planned": "destroyed"}, False),
        ("seen", {"observed": "destroyed"}, True),
        ("seen", {"planned": "not-affected"}, True),
        ("explained", {"observed": "destroyed"}, False),
        ("explained", {"planned": "infeasible"}, True),
        ("declared", {"planned": "destroyed"}, False),
        ("better", {"observed": "destroyed"}, False),
    ],
)
def test_a_standing_of_a_model_fits_the_word_that_officers_gave(
    standing: str, words: dict[str, str], fits: bool
) -> None:
    views = object.__new__(check_bundle.Views)
    fold = check_bundle.Fold(check_bundle.Roster(), lambda _: iter(()))
    known = {name: [{"disposition": words[name]}] if name in words else [] for name in ("planned", "observed")}
    fold.models = {"m": known} if words else {}
    views._fold, views._said = fold, {"lineage": {"models": [{"key": "m", "standing": {"code": standing}}]}}
    if fits:
        views._check_standings()
    else:
        with pytest.raises(check_bundle.Refused):
            views._check_standings()


def test_what_is_not_ready_is_said_before_sealing(order: SmallOrder) -> None:
    def lines() -> dict[str, bool]:
        return {one.says.code: one.ok for one in sealing.checklist(order.desk, order.ref)}

    opened = lines()
    assert not any(opened[f"ready.order.{code}"] for code in ("unchecked", "no-scope", "not-run", "unmet"))
    assert "ready.unsearched" not in opened
    done = order.scoped().run() and lines()
    assert all(done[f"ready.order.{code}"] for code in ("authentic", "scope", "read"))
    assert done["ready.order.unmet"] is False


def test_models_stand_in_the_bundle_with_how_far_records_bear_out_the_word_on_them(
    order: SmallOrder, tmp_path: Path
) -> None:
    table = tmp_path / "lineage.csv"
    table.write_text(
        "from_kind,from_name,role,to_kind,to_name\n"
        "dataset,shards@1,train,model,Seer\n"
        "dataset,shards@1,train,model,Knower\n"
    )
    desk, ref = order.desk, order.ref
    models.import_lineage(desk, [table])
    orders.record_order(desk, ref, orders.edited(desk, ref, [typed("models=90", small_order.SERVED, 1)]))
    order.scoped()
    models.plan_disposition(desk, ref, "Seer", DispositionKind.INFEASIBLE, reason="no copy of the weights is known")
    opened = order.run().seal()
    (one,) = [each for each in read(opened, "order.json")["obligations"] if each["about"] == "models"]
    assert (one["state"], [why["code"] for why in one["why"]][:2]) == (
        "open", ["order.why.undecided", "order.why.infeasible"],
    )  # fmt: skip
    found = {each["model"]: each["standing"]["code"] for each in read(opened, "lineage.json")["models"]}
    assert found == {"Seer": "explained", "Knower": "none"}
    page = (opened / "evidence" / "data" / "report.html").read_text(encoding="utf-8")
    assert "no copy of the weights is known" in page
    same_as_the_program(order, opened)
