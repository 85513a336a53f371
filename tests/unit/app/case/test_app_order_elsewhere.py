"""An order beyond this computer: its plan at the machine with the data, at a second officer, and from a backup."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from small_order import ADA, BEA, COVERS, SmallOrder, at, make

from dsr_desk.app.case import deleting, handing_over, packet_files, packet_work, packets, scope
from dsr_desk.app.case.handing_over import HandedOver, OrderTooLarge, RunElsewhere
from dsr_desk.app.case.packet_files import For
from dsr_desk.app.desk import Desk
from dsr_desk.app.proof.obligations import obligations
from dsr_desk.app.vault import backups
from dsr_desk.core.actions import ActionKind, OutcomeState
from dsr_desk.core.refusals import BasisChanged
from dsr_desk.core.selectors import parse
from dsr_desk.deletion import export
from dsr_desk.deletion.export import AnswerInvalid, NotAPlan
from unit.app.small_case import built_elsewhere


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("orders") / "live"
    ref = make(folder)
    kept = folder.with_name("template")
    folder.rename(kept)
    return kept, ref


@pytest.fixture
def order(template: tuple[Path, str]) -> Iterator[SmallOrder]:
    kept, ref = template
    with at(kept.with_name("live"), kept, ref) as live:
        yield live


@pytest.fixture
def away(order: SmallOrder, tmp_path: Path) -> SmallOrder:
    """Planned and approved; the data lies on another machine."""
    order.scoped()
    moved(order, tmp_path)
    return order


def moved(order: SmallOrder, to: Path) -> None:
    (order.folder / "data").rename(to / "data")
    order.desk.release("shards")
    built_elsewhere(order.desk)
    deleting.make_plan(order.desk, order.ref)
    deleting.approve(order.desk, order.ref)


def there(made: HandedOver, folder: Path, answer: str = "answer.age") -> RunElsewhere:
    return handing_over.run_handed_over(
        made.path, made.passphrase, [folder / "data"], officers=[one.key for one in made.approvers], operator="Olga",
        answer=folder / answer,
    )  # fmt: skip


def names_in(path: Path) -> list[str]:
    with tarfile.open(path) as archive:
        return archive.getnames()


def test_an_order_is_carried_out_where_its_data_is_and_the_case_goes_on(away: SmallOrder, tmp_path: Path) -> None:
    desk, ref = away.desk, away.ref
    made = handing_over.hand_over(desk, ref, tmp_path / "plan.age")
    assert made.containers == ("data/shard-0.tar", "data/shard-1.tar")
    done = there(made, tmp_path)
    assert {one.state for one in done.outcomes} == {OutcomeState.DONE}
    assert names_in(tmp_path / "data" / "shard-0.tar") == []
    assert names_in(tmp_path / "data" / "shard-1.tar") == ["0005.png", "0006.png"]
    assert there(made, tmp_path).outcomes == done.outcomes, "nothing is done twice"
    taken = handing_over.take_answer(desk, ref, done.answer.read_bytes())
    assert [dict(one.parts) for one in taken] == [
        {"shards@1/data/shard-0.tar": {"gone": 4}, "shards@1/data/shard-1.tar": {"gone": 1}}
    ]
    deleting.run(desk, ref)
    found = deleting.read_back(desk, ref)
    assert dict(found.totals) == {"gone": 5}
    assert desk.case(ref).left == 0
    (data,) = [one for one in obligations(desk, ref) if one.about == "data"]
    assert data.met
    away.seal()
    assert desk.vault.problems() == []


def test_what_is_not_there_is_said_and_done_by_a_further_run(away: SmallOrder, tmp_path: Path) -> None:
    made = handing_over.hand_over(away.desk, away.ref, tmp_path / "plan.age")
    (tmp_path / "data" / "shard-1.tar").rename(tmp_path / "kept.tar")
    first = there(made, tmp_path)
    assert [(one.state, dict(one.parts)) for one in first.outcomes] == [
        (
            OutcomeState.PARTLY,
            {"shards@1/data/shard-0.tar": {"gone": 4}, "shards@1/data/shard-1.tar": {"not_looked": 1}},
        )
    ]
    handing_over.take_answer(away.desk, away.ref, first.answer.read_bytes())
    deleting.run(away.desk, away.ref)
    assert deleting.read_back(away.desk, away.ref).totals == {"gone": 4, "not_looked": 1}
    (tmp_path / "kept.tar").rename(tmp_path / "data" / "shard-1.tar")
    second = there(made, tmp_path, "second.age")
    handing_over.take_answer(away.desk, away.ref, second.answer.read_bytes())
    deleting.run(away.desk, away.ref)
    assert deleting.read_back(away.desk, away.ref).totals == {"gone": 5}


def test_what_came_into_a_container_since_stays(away: SmallOrder, tmp_path: Path) -> None:
    made = handing_over.hand_over(away.desk, away.ref, tmp_path / "plan.age")
    (tmp_path / "new.txt").write_text("new")
    with tarfile.open(tmp_path / "data" / "shard-0.tar", "a") as archive:
        archive.add(tmp_path / "new.txt", "new.txt")
    there(made, tmp_path)
    assert names_in(tmp_path / "data" / "shard-0.tar") == ["new.txt"]


def test_other_items_than_were_approved_are_not_carried_out(away: SmallOrder, tmp_path: Path) -> None:
    made = handing_over.hand_over(away.desk, away.ref, tmp_path / "plan.age")
    exported = export.open_plan(made.path.read_bytes(), made.passphrase)
    first, *rest = exported.listed
    kind, _, digest, occurrence = first.items[0]
    other = replace(first, items=((kind, "0006.png", digest, occurrence), *first.items[1:]))
    before = (tmp_path / "data" / "shard-0.tar").read_bytes()
    for listed in ((other, *rest), (first,), (replace(first, items=first.items[1:]), *rest)):
        made.path.write_bytes(export.lock_plan(replace(exported, listed=listed), made.passphrase))
        with pytest.raises(NotAPlan):
            there(made, tmp_path)
    assert (tmp_path / "data" / "shard-0.tar").read_bytes() == before


def test_an_answer_that_counts_other_items_is_not_taken_in(away: SmallOrder, tmp_path: Path) -> None:
    made = handing_over.hand_over(away.desk, away.ref, tmp_path / "plan.age")
    there(made, tmp_path)
    exported = export.open_plan(made.path.read_bytes(), made.passphrase)
    records = export.FileRecords(tmp_path / "plan.age.progress", exported.plan)
    (whole,) = records.outcomes()
    few, many = ({"shards@1/data/shard-0.tar": {"gone": 4}}, {**whole.parts, "shards@1/data/shard-1.tar": {"gone": 2}})
    for parts in (few, many):

        class Said:
            """Records that say something else."""

            befores = records.befores

            @staticmethod
            def outcomes(said: object = replace(whole, parts=parts)) -> tuple[object, ...]:
                return (said,)

        with pytest.raises(AnswerInvalid):
            handing_over.take_answer(away.desk, away.ref, export.answer(exported, Said(), "Olga"))  # type: ignore[arg-type]


def test_an_order_of_more_items_than_a_file_carries_says_what_to_do(
    away: SmallOrder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_over, "MOST", 4)
    with pytest.raises(OrderTooLarge):
        handing_over.hand_over(away.desk, away.ref, tmp_path / "plan.age")
    assert not (tmp_path / "plan.age").exists()


def test_what_cannot_be_reached_here_any_more_is_done_by_who_has_it(order: SmallOrder, tmp_path: Path) -> None:
    """The disk was taken to another machine after the index was built here."""
    order.scoped()
    (order.folder / "data").rename(tmp_path / "data")
    order.desk.release("shards")
    deleting.make_plan(order.desk, order.ref)
    deleting.approve(order.desk, order.ref)
    made = handing_over.hand_over(order.desk, order.ref, tmp_path / "plan.age")
    done = there(made, tmp_path)
    assert {one.state for one in done.outcomes} == {OutcomeState.DONE}
    deleting.run(order.desk, order.ref)
    handing_over.take_answer(order.desk, order.ref, done.answer.read_bytes())
    deleting.run(order.desk, order.ref)
    assert deleting.read_back(order.desk, order.ref).totals == {"gone": 5}


def test_a_second_officer_approves_an_order_at_another_computer(order: SmallOrder, tmp_path: Path) -> None:
    order.scoped()
    deleting.make_plan(order.desk, order.ref)
    packets.hand_over_case(order.desk, order.ref, "Bea", tmp_path / "packet", For.APPROVAL)
    asked = packet_files.open_packet(tmp_path / "packet", BEA)
    assert asked.packet.plan is not None
    assert {one.kind for one in asked.packet.plan.plan.actions} >= {ActionKind.REMOVE, ActionKind.ERASE_ITEMS}
    packet_work.approve(asked, tmp_path / "answer")
    packets.take_in(order.desk, order.ref, tmp_path / "answer")
    order.again()
    assert order.desk.case(order.ref).left == 0


def test_an_order_goes_on_from_a_backup(order: SmallOrder, tmp_path: Path) -> None:
    order.scoped()
    deleting.make_plan(order.desk, order.ref)
    deleting.approve(order.desk, order.ref)
    backups.backup_vault(order.desk, tmp_path / "backup")
    order.desk.close()
    backups.restore(tmp_path / "backup", tmp_path / "restored", ADA)
    with Desk.open(tmp_path / "restored", ADA) as desk:
        deleting.run(desk, order.ref)
        assert deleting.read_back(desk, order.ref).totals == {"gone": 5}
        assert desk.vault.problems() == []


def test_from_a_backup_of_before_the_run_it_is_looked_up_again_what_is_left(order: SmallOrder, tmp_path: Path) -> None:
    order.scoped()
    deleting.make_plan(order.desk, order.ref)
    deleting.approve(order.desk, order.ref)
    backups.backup_vault(order.desk, tmp_path / "backup")
    order.again()
    order.desk.close()
    backups.restore(tmp_path / "backup", tmp_path / "restored", ADA)
    with Desk.open(tmp_path / "restored", ADA) as desk:
        with pytest.raises(BasisChanged):
            deleting.run(desk, order.ref)
        deleting.withdraw_plan(desk, order.ref)
        scope.resolve_scope(desk, order.ref, parse(COVERS))
        assert scope.show_scope(desk, order.ref).items == 0
        (data,) = [one for one in obligations(desk, order.ref) if one.about == "data"]
        assert data.state == "open", "this log knows of no run, and what is gone proves none"
        assert desk.vault.problems() == []
