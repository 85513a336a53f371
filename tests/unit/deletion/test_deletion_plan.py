"""From hits to a plan."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from deletion_samples import CASE, MADE, VERSION, containers_of, hit, hits_of, plan_of, scope_of

from dsr_desk.core.actions import ActionKind, Plan, Treatment
from dsr_desk.core.canonical import digest_of
from dsr_desk.core.codec import from_text, to_text
from dsr_desk.core.findings import Gap, Verdict
from dsr_desk.core.items import Box, DatasetVersion
from dsr_desk.core.language import LANGUAGES
from dsr_desk.core.lineage import AffectedModel, Certainty, DispositionKind, Node, NodeKind, PathStep, Planned, Role
from dsr_desk.core.message import message, quoted, term
from dsr_desk.core.refusals import NotDecidedSame, NothingToDelete
from dsr_desk.datasets.celled import CelledContainer
from dsr_desk.datasets.container import Container
from dsr_desk.datasets.erasing import ContainerInUse
from dsr_desk.deletion.plan import (
    ORPHAN,
    SAME_BYTES,
    Backup,
    Choice,
    Hold,
    HoldReasonMissing,
    companions,
    make_plan,
)


def test_each_container_and_index_gets_an_action_with_its_items(root: Path) -> None:
    plan = plan_of(root)
    assert [(action.kind, action.what) for action in plan.actions] == [
        (ActionKind.ERASE_ITEMS, "data"),
        (ActionKind.ERASE_ITEMS, "data/s-000.tar"),
        (ActionKind.ERASE_ROWS, "data/people.csv"),
        (ActionKind.ERASE_INDEX, "faces"),
    ]
    assert [action.id for action in plan.actions] == ["a01", "a02", "a03", "a04"]


def test_the_actions_of_a_later_plan_number_on(root: Path) -> None:
    plan = make_plan(CASE, MADE, hits_of(root), scope_of(root), first=5)
    assert [action.id for action in plan.actions] == ["a05", "a06", "a07", "a08"]


def test_records_of_erased_photos_go_along_and_say_so(root: Path) -> None:
    loose, shard = plan_of(root).actions[:2]
    assert [(item.address.member, item.reason) for item in loose.items] == [("p0.jpg", None), ("p0.json", ORPHAN)]
    assert [(item.address.member, item.reason) for item in shard.items] == [("0001.jpg", None), ("0001.json", ORPHAN)]


def test_a_record_stays_while_another_photo_of_its_group_stays(root: Path) -> None:
    (root / "p0.png").write_bytes((root / "p1.jpg").read_bytes())
    assert [item.address.member for item in plan_of(root).actions[0].items] == ["p0.jpg"]


def test_the_very_same_bytes_elsewhere_in_the_container_go_along_unless_rejected(root: Path) -> None:
    (root / "copy.jpg").write_bytes((root / "p0.jpg").read_bytes())
    copied = plan_of(root).actions[0].items
    assert ("copy.jpg", SAME_BYTES) in [(item.address.member, item.reason) for item in copied]
    twin = next(item.address for item in copied if item.address.member == "copy.jpg")
    assert "copy.jpg" not in [item.address.member for item in plan_of(root, rejected=[twin.id]).actions[0].items]


def members_of(plan: Plan) -> list[str]:
    """What goes from the loose photos and their records."""
    erasing = (one for one in plan.actions if one.kind is ActionKind.ERASE_ITEMS and one.container == "data")
    return [item.address.member for action in erasing for item in action.items]


def test_the_very_same_bytes_stay_where_they_are_held(root: Path) -> None:
    (root / "copy.jpg").write_bytes((root / "p0.jpg").read_bytes())
    data = containers_of(root)[VERSION, "data"]
    held = hit(data, "copy.jpg")
    scope = scope_of(root, holds={held.address.id: Hold("§ 257 HGB", "2030-12-31")})
    assert members_of(make_plan(CASE, MADE, [hit(data, "p0.jpg"), held], scope)) == ["p0.jpg", "p0.json"]


def test_a_rejected_twin_keeps_its_record(root: Path) -> None:
    (root / "copy.jpg").write_bytes((root / "p0.jpg").read_bytes())
    (root / "copy.json").write_text('{"name": "Bo"}')
    twin = next(item.address for item in plan_of(root).actions[0].items if item.address.member == "copy.jpg")
    assert members_of(plan_of(root, rejected=[twin.id])) == ["p0.jpg", "p0.json"]


def test_a_rejected_record_does_not_go_with_its_photo(root: Path) -> None:
    record = next(item.address for item in plan_of(root).actions[0].items if item.address.member == "p0.json")
    assert members_of(plan_of(root, rejected=[record.id])) == ["p0.jpg"]


def test_a_record_of_another_photo_does_not_go_along_though_it_says_the_same(root: Path) -> None:
    (root / "p1.json").write_bytes((root / "p0.json").read_bytes())
    data = containers_of(root)[VERSION, "data"]
    plan = make_plan(CASE, MADE, [hit(data, "p0.jpg"), hit(data, "p0.json")], scope_of(root))
    assert sorted(members_of(plan)) == ["p0.jpg", "p0.json"]


def test_a_record_stays_while_something_of_its_group_cannot_be_read(root: Path) -> None:
    data = containers_of(root)[VERSION, "data"]
    entries = list(data.entries())
    group = next(entry.group for entry in entries if entry.member == "p0.jpg")
    broken = SimpleNamespace(problem=message("why.unreadable"), group=group)
    partly = cast("Container", SimpleNamespace(name="data", entries=lambda: [*entries, broken]))
    planned = [item for item in plan_of(root).actions[0].items if item.address.member == "p0.jpg"]
    assert [item.address.member for item in companions(data, planned, ())] == ["p0.json"]
    assert companions(partly, planned, ()) == []


def test_a_container_that_is_not_here_becomes_a_task_with_a_letter(root: Path) -> None:
    scope = replace(scope_of(root), containers={})
    plan = make_plan(CASE, MADE, hits_of(root), scope)
    tasks = [action for action in plan.actions if action.kind is ActionKind.TASK]
    assert len(tasks) == 3
    assert tasks[0].instruction[0] == message("letter.case", case=CASE)
    assert tasks[0].instruction[1].values == {"container": tasks[0].what, "version": VERSION}
    for language in LANGUAGES:
        letter = tasks[0].letter(language)
        assert CASE in letter
        assert all(item.address.digest in letter for item in tasks[0].items)
        assert len(letter.splitlines()) == 1 + len(tasks[0].items)


def test_facts_of_the_dataset_version_lead_to_tasks_recipients_and_backups(root: Path) -> None:
    version = DatasetVersion(
        "faces", "1", other_places="bucket of the vision team", data_recipients="Example Ltd", responsible="vision"
    )
    scope = replace(scope_of(root), versions={VERSION: version}, backups=[Backup("nightly", VERSION, "2026-06-01")])
    plan = make_plan(CASE, MADE, hits_of(root), scope)
    by_kind = {action.kind: action for action in plan.actions}
    assert by_kind[ActionKind.TASK].responsible == "vision"
    assert by_kind[ActionKind.TELL_RECIPIENT].what == "Example Ltd"
    assert by_kind[ActionKind.BACKUP].until == "2026-06-01"
    assert not plan.gaps


def test_what_nobody_recorded_is_said_to_be_out_of_reach(root: Path) -> None:
    scope = replace(scope_of(root), versions={VERSION: DatasetVersion("faces", "1")})
    whats = [one.what for one in make_plan(CASE, MADE, hits_of(root), scope).gaps]
    assert whats == [message("gap.copies", version=VERSION), message("gap.recipients", version=VERSION)]


def test_a_held_item_is_in_no_erasure_and_keeps_its_ground(root: Path) -> None:
    held = hits_of(root)[0].address
    plan = plan_of(root, holds={held.id: Hold("§ 257 HGB", "2030-12-31")})
    assert (plan.actions[0].kind, plan.actions[0].ground) == (ActionKind.HOLD, "§ 257 HGB")
    erased = {item.address.id for action in plan.actions if action.kind is not ActionKind.HOLD for item in action.items}
    assert held.id not in erased


def test_a_masked_item_keeps_its_record_and_names_the_face(root: Path) -> None:
    box = Box(10, 10, 30, 30)
    shown = hit(containers_of(root)[VERSION, "data"], "p0.jpg", box)
    scope = scope_of(root, choices={shown.address.id: Choice(Treatment.MASK, "shows another person")})
    (item,) = make_plan(CASE, MADE, [shown], scope).actions[0].items
    assert (item.treatment, item.boxes, item.reason) == (Treatment.MASK, (box,), quoted("shows another person"))


def test_a_mask_or_a_hold_without_a_reason_makes_no_plan(root: Path) -> None:
    first = hits_of(root)[0].address.id
    with pytest.raises(HoldReasonMissing):
        plan_of(root, choices={first: Choice(Treatment.MASK, " ")})
    with pytest.raises(HoldReasonMissing):
        plan_of(root, holds={first: Hold("", "2030-12-31")})


def test_models_get_the_disposition_that_was_decided_and_open_ones_are_named(root: Path) -> None:
    data = Node("d", NodeKind.DATASET, "faces", "1")
    nodes = [Node(name, NodeKind.MODEL, name, "3", digests=("sha256:ab",)) for name in ("one", "two")]
    models = [
        AffectedModel(node, (Role.TRAIN,), Certainty.RECORDED, True, ((PathStep(data), PathStep(node, Role.TRAIN)),))
        for node in nodes
    ]
    decided = Planned(DispositionKind.DESTROYED, "holds her", "ml team", "2026-04-01", "o", MADE)
    plan = plan_of(root, models=[(models[0], decided), (models[1], None)])
    (action,) = [one for one in plan.actions if one.kind is ActionKind.DISPOSE_MODEL]
    assert (action.what, action.disposition, action.until) == ("one@3", "destroyed", "2026-04-01")
    assert Gap(message("gap.model", name="two@3"), message("why.undecided")) in plan.gaps
    assert message("letter.disposition", disposition=term(DispositionKind.DESTROYED)) in action.instruction
    assert message("letter.deadline", day="2026-04-01") in action.instruction


def test_only_items_that_were_decided_are_planned(root: Path) -> None:
    one = hits_of(root)[0]
    with pytest.raises(NothingToDelete):
        make_plan(CASE, MADE, [], scope_of(root))
    unsure = replace(one, decision=replace(one.decision, verdict=Verdict.UNSURE))
    with pytest.raises(NotDecidedSame):
        make_plan(CASE, MADE, [unsure], scope_of(root))


def test_a_plan_keeps_its_digest_when_it_is_stored_and_any_change_gives_another(root: Path) -> None:
    plan = plan_of(root)
    assert from_text(to_text(plan), Plan).digest == plan.digest
    assert replace(plan, actions=plan.actions[1:]).digest != plan.digest


def test_what_an_erasure_changes_beside_the_items_stands_in_the_plan_and_is_signed_with_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = (quoted("a column becomes another type"),)
    before = plan_of(root)
    monkeypatch.setattr(CelledContainer, "before_erasing", lambda self, _: told if self.tabular else ())
    plan = plan_of(root)
    assert [one.changes for one in plan.actions] == [(), (), told, ()]
    assert plan.digest != before.digest


def test_a_store_that_refuses_beforehand_is_named_and_the_others_are_planned(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(container: CelledContainer, _: object) -> tuple[()]:
        if container.tabular:
            raise ContainerInUse(name=container.name)
        return ()

    monkeypatch.setattr(CelledContainer, "before_erasing", refuses)
    plan = plan_of(root)
    why = ContainerInUse(name="data/people.csv").message
    assert [one.unreached for one in plan.actions] == [None, None, why, None]
    assert [gap.why for gap in plan.gaps] == [message("why.unreached", why=why)]


def test_a_plan_from_before_keeps_its_digest(root: Path) -> None:
    """It was made over actions that could not say yet why they are out of reach, what changes, or what orders do."""
    plan = plan_of(root)
    said = json.loads(to_text(plan))
    for action in said["actions"]:
        assert (action.pop("unreached"), action.pop("changes")) == (None, [])
        assert (action.pop("containers"), action.pop("root"), action.pop("expected")) == ([], "", "")
        assert (action.pop("count"), action.pop("size")) == (0, 0)
        assert all(item.pop("strangers") == [] for item in action["items"])
    assert from_text(json.dumps(said), Plan).digest == plan.digest
    assert plan.digest == digest_of(unworded(said))


def unworded(value: object) -> object:
    if isinstance(value, dict):
        return {name: unworded(one) for name, one in value.items() if not (name == "says" and "code" in value)}
    return [unworded(one) for one in value] if isinstance(value, list) else value
