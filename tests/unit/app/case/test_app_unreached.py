"""A plan goes on with what can be done: what cannot be reached says why, is tried again, and is never called gone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dsr_desk.app.case import deleting, handing_over, review
from dsr_desk.app.case.reaching import found_here
from dsr_desk.app.data import indexing
from dsr_desk.core.actions import Action, ActionKind, OutcomeState, Seen
from dsr_desk.core.findings import Verdict
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import Message, message
from dsr_desk.core.refusals import NothingToDelete
from dsr_desk.deletion.reach import NotHere
from dsr_desk.jobs.progress import CancelToken, silent
from dsr_desk.search.index.about import IndexPurpose
from dsr_desk.search.index.folder import LOCK
from dsr_desk.storage.locks import FileLock
from unit.app.small_case import ROWS, Small

WILMA = {"name": "Wilma Quastenfloss", "mail": "wilma@example.com"}
OTTO = {"name": "Otto Other", "mail": "otto@example.com"}


def shard_of(small: Small) -> Path:
    return small.folder / "data" / "more.parquet"


@pytest.fixture
def two(small: Small) -> Small:
    """Beside the table of the small case a Parquet file, of which a row is hers too; all is reviewed."""
    pq.write_table(pa.Table.from_pylist([WILMA, OTTO]), shard_of(small))
    small.refresh()
    small.identify()
    small.search()
    small.decide_open()
    return small


def actions_of(small: Small) -> dict[str, Action]:
    """The actions that erase from containers, by the container's base name."""
    plan = deleting.make_plan(small.desk, small.ref).plan
    return {Path(one.what).name: one for one in plan.actions if one.kind is not ActionKind.TELL_RECIPIENT}


def why(action: Action) -> Message:
    assert action.unreached is not None
    return action.unreached


def cut(small: Small) -> Callable[[], object]:
    whole = shard_of(small).read_bytes()
    shard_of(small).write_bytes(whole[:100])
    return lambda: shard_of(small).write_bytes(whole)


def take_away(small: Small) -> Callable[[], object]:
    away = shard_of(small).rename(small.folder / "away.parquet")
    return lambda: away.rename(shard_of(small))


@pytest.mark.parametrize(
    ("happens", "code"), [(cut, "CONTAINER-DAMAGED"), (take_away, "DELETE-NOT-HERE")], ids=["damaged", "away"]
)
def test_what_cannot_be_reached_keeps_its_action_and_the_rest_is_erased(
    two: Small, happens: Callable[[Small], Callable[[], object]], code: str
) -> None:
    mend = happens(two)
    actions = actions_of(two)
    assert actions["people.csv"].unreached is None
    assert (why(actions["more.parquet"]).code, len(actions["more.parquet"].items)) == (code, 1)
    assert not [one for one in actions.values() if one.kind is ActionKind.TASK], "a disk is not another team"
    view = deleting.show_plan(two.desk, two.ref)
    assert [gap.why.values["why"] for gap in view.plan.gaps] == [why(actions["more.parquet"])]
    assert [gap for gap in deleting.dry_run(two.desk, two.ref).gaps if gap.why.code == "why.unreached"]
    deleting.approve(two.desk, two.ref)

    first = {one.action: one.state for one in deleting.run(two.desk, two.ref)}

    assert first[actions["people.csv"].id] is OutcomeState.DONE
    assert first[actions["more.parquet"].id] is OutcomeState.FAILED
    assert two.rows == [ROWS[1]]
    found = deleting.read_back(two.desk, two.ref)
    assert found.seen is Seen.STILL_THERE, "the index still knows what is not erased, and the headline says so"
    assert {one.item: one.seen for one in found.items}[actions["more.parquet"].items[0].address.id] is Seen.NOT_LOOKED

    mend()
    again = deleting.run(two.desk, two.ref)

    assert {one.state for one in again} == {OutcomeState.DONE, OutcomeState.WAITING}
    assert pq.read_table(shard_of(two)).to_pylist() == [OTTO]
    assert deleting.read_back(two.desk, two.ref).count(Seen.GONE) == len(found.items)
    assert two.desk.vault.problems() == []


def test_an_empty_folder_in_the_place_of_a_disk_is_not_an_erased_one(two: Small, tmp_path: Path) -> None:
    """The folder is where the disk was mounted."""
    data = two.folder / "data"
    two.desk.release("people")
    data.rename(tmp_path / "disk")
    data.mkdir()
    actions = actions_of(two)
    assert {why(one).code for name, one in actions.items() if name != "people"} == {"DELETE-NOT-HERE"}
    deleting.approve(two.desk, two.ref)
    deleting.run(two.desk, two.ref)
    found = deleting.read_back(two.desk, two.ref)
    assert (found.count(Seen.NOT_LOOKED), found.count(Seen.GONE)) == (len(found.items), 0)
    data.rmdir()
    (tmp_path / "disk").rename(data)
    deleting.run(two.desk, two.ref)
    assert two.rows == [ROWS[1]]


def test_what_could_not_be_reached_can_be_handed_to_who_holds_it(two: Small, tmp_path: Path) -> None:
    away = tmp_path / "disk"
    away.mkdir()
    shard_of(two).rename(away / "more.parquet")
    actions_of(two)
    deleting.approve(two.desk, two.ref)
    made = handing_over.hand_over(two.desk, two.ref, tmp_path / "plan.age")
    deleting.run(two.desk, two.ref)
    there = tmp_path / "data"
    there.mkdir()
    (away / "more.parquet").rename(there / "more.parquet")
    done = handing_over.run_handed_over(
        made.path, made.passphrase, [there], officers=[one.key for one in made.approvers], operator="Olga",
        answer=tmp_path / "answer.age",
    )  # fmt: skip
    assert [one.state for one in done.outcomes] == [OutcomeState.DONE]
    handing_over.take_answer(two.desk, two.ref, done.answer.read_bytes())
    found = deleting.read_back(two.desk, two.ref)
    assert found.count(Seen.GONE) == len(found.items)


def test_an_index_that_does_not_open_costs_its_own_hits_alone(small: Small) -> None:
    more = small.folder / "more" / "more.csv"
    more.parent.mkdir()
    more.write_text("name,mail\nWilma Quastenfloss,wilma@example.com\n", encoding="utf-8")
    version = DatasetVersion("more", "1", other_places="none", data_recipients="none")
    indexing.build_index(
        small.desk, [more.parent], small.folder / "more-index", version,
        register=IndexPurpose(), workers=1, report=silent, cancel=CancelToken(),
    )  # fmt: skip
    small.identify()
    small.search()
    small.decide_open()
    (broken,) = (one for one in indexing.list_indexes(small.desk) if one.dataset_version == "more@1")
    small.desk.release(broken.name)
    (broken.path / "index.db").write_bytes(b"no database" * 1000)
    actions = actions_of(small)
    assert (actions["more.csv"].kind, actions["more.csv"].unreached is None) == (ActionKind.ERASE_ROWS, False)
    deleting.approve(small.desk, small.ref)
    states = {one.action: one.state for one in deleting.run(small.desk, small.ref)}
    assert states[actions["people.csv"].id] is OutcomeState.DONE
    assert states[actions["more.csv"].id] is OutcomeState.DONE, "a run finds it where it was indexed"
    assert "wilma@" not in small.table.read_text(encoding="utf-8") + more.read_text(encoding="utf-8")
    view = deleting.show_plan(small.desk, small.ref)
    (left,) = (one for one in view.plan.actions if one.index == broken.name)
    assert states[left.id] is OutcomeState.FAILED, "what the index holds of it is not known"
    assert deleting.read_back(small.desk, small.ref).seen is not Seen.GONE


def unmounted(folder: Path) -> Callable[[], object]:
    away = folder.rename(folder.with_name("away"))
    return lambda: away.rename(folder)


def damaged(folder: Path) -> Callable[[], object]:
    whole = {file: file.read_bytes() for file in (folder / "index.db", folder / "about.json")}
    for file, content in whole.items():
        file.write_bytes(content[: len(content) // 2])
    return lambda: [file.write_bytes(content) for file, content in whole.items()]


def locked(folder: Path) -> Callable[[], object]:
    return FileLock(folder / LOCK, folder).release


@pytest.mark.parametrize("happens", [unmounted, damaged, locked])
@pytest.mark.parametrize("held", [False, True], ids=["closed", "held-open"])
def test_an_index_that_cannot_be_reached_after_the_plan_was_made_costs_its_own_entries_alone(
    small: Small, happens: Callable[[Path], Callable[[], object]], held: bool
) -> None:
    small.approved()
    (known,) = indexing.list_indexes(small.desk)
    if not held:
        small.desk.release(known.name)
    mend = happens(known.path)

    outcomes = {one.action: one for one in deleting.run(small.desk, small.ref)}

    view = deleting.show_plan(small.desk, small.ref)
    assert view.changed == ()
    of_kind = {action.kind: outcomes[action.id] for action in view.plan.actions}
    assert of_kind[ActionKind.ERASE_ROWS].state is OutcomeState.DONE
    assert "wilma@" not in small.table.read_text(encoding="utf-8")
    entries = of_kind[ActionKind.ERASE_INDEX]
    assert (entries.state, {one.seen for one in entries.items}) == (OutcomeState.FAILED, {Seen.NOT_LOOKED})
    assert entries.error is not None
    found = deleting.read_back(small.desk, small.ref)
    assert found.seen is (Seen.STILL_THERE if happens is locked else Seen.NOT_LOOKED)
    unread = [gap.what for one in found.checks for gap in one.not_looked]
    assert happens is locked or message("gap.index", name=known.name) in unread

    mend()
    small.desk.release(known.name)
    deleting.run(small.desk, small.ref)
    assert deleting.read_back(small.desk, small.ref).seen is Seen.GONE
    assert small.desk.vault.problems() == []


def test_an_index_that_goes_away_while_a_deletion_runs_is_not_erased_from(small: Small) -> None:
    small.approved()
    (known,) = indexing.list_indexes(small.desk)
    found = found_here(small.desk).entries[known.name]
    mend = unmounted(known.path)
    with pytest.raises(NotHere):
        found.erase(["00" * 32])
    assert not known.path.exists()
    mend()


@pytest.fixture
def read_only(two: Small) -> Iterator[Small]:
    """The folder of the Parquet file, mounted so that it can only be read."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    folder = two.folder / "data"
    bind = ["mount", "--bind", str(folder), str(folder)]
    if subprocess.run(bind, check=False, capture_output=True).returncode:
        pytest.skip("no mount is allowed here")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True, capture_output=True)
        yield two
    finally:
        subprocess.run(["umount", str(folder)], check=True, capture_output=True)


def test_where_nothing_can_be_written_the_plan_says_so_before_anybody_approves(read_only: Small) -> None:
    found = actions_of(read_only)
    assert {why(found[name]).code for name in ("people.csv", "more.parquet")} == {"ERASE-NOT-WRITABLE"}
    deleting.approve(read_only.desk, read_only.ref)
    states = {one.action: one.state for one in deleting.run(read_only.desk, read_only.ref)}
    assert states[found["people.csv"].id] is OutcomeState.FAILED
    assert read_only.rows == list(ROWS)


def test_a_file_that_says_it_is_not_to_be_written_is_erased_from_and_still_says_so(two: Small) -> None:
    """Whoever may write to its folder may replace it; the mode is kept."""
    shard_of(two).chmod(0o444)
    actions_of(two)
    deleting.approve(two.desk, two.ref)
    deleting.run(two.desk, two.ref)
    assert pq.read_table(shard_of(two)).to_pylist() == [OTTO]
    assert shard_of(two).stat().st_mode & 0o777 == 0o444


def test_a_row_that_was_changed_after_the_plan_is_named_and_decided_anew(two: Small) -> None:
    actions_of(two)
    deleting.approve(two.desk, two.ref)
    changed = "A-1,Wilma Quastenfloss,wilma@example.com;moved"
    two.write([changed, *ROWS[1:]], indexed=False)
    outcomes = {one.action: one for one in deleting.run(two.desk, two.ref)}
    (table,) = (one for one in deleting.show_plan(two.desk, two.ref).plan.actions if one.what.endswith("people.csv"))
    assert changed in two.rows, "what nobody approved stays"
    assert [one.says.code for one in outcomes[table.id].items if one.says] == ["seen.absent"]
    found = deleting.read_back(two.desk, two.ref)
    assert found.seen is Seen.STILL_THERE
    two.search()
    assert len(two.desk.case(two.ref).undecided) == 1
    two.decide_open()
    deleting.make_plan(two.desk, two.ref)
    deleting.approve(two.desk, two.ref)
    deleting.run(two.desk, two.ref)
    assert two.rows == [ROWS[1]]


def test_of_rows_that_repeat_each_goes_and_one_that_was_decided_otherwise_stays(small: Small) -> None:
    small.write([ROWS[0], ROWS[1], ROWS[0], ROWS[0]])
    small.identify()
    small.search()
    rejected, *others = [one.candidate.id for one in review.review_items(small.desk, small.ref)]
    small.decide(Verdict.SAME, *others)
    small.decide(Verdict.DIFFERENT, rejected)
    actions_of(small)
    deleting.approve(small.desk, small.ref)
    deleting.run(small.desk, small.ref)
    assert sorted(small.rows) == sorted([ROWS[0], ROWS[1]])
    for _ in range(2):
        found = deleting.read_back(small.desk, small.ref)
        assert (found.seen, found.count(Seen.GONE)) == (Seen.GONE, 2), "also once the index has counted anew"
    small.search()
    with suppress(NothingToDelete):
        deleting.make_plan(small.desk, small.ref)
        deleting.approve(small.desk, small.ref)
        deleting.run(small.desk, small.ref)
    assert sorted(small.rows) == sorted([ROWS[0], ROWS[1]]), "no later round takes what was decided to stay"
    small.write([*small.rows, ROWS[0]])
    assert deleting.read_back(small.desk, small.ref).seen is Seen.STILL_THERE


def test_what_is_gone_is_not_counted_any_more_once_its_entry_is_erased(two: Small) -> None:
    """Also where nothing was left to erase in the data, so that no new dataset version comes of it."""
    pq.write_table(pa.Table.from_pylist([OTTO]), shard_of(two))
    two.write([ROWS[1]], indexed=False)
    actions_of(two)
    deleting.approve(two.desk, two.ref)
    deleting.run(two.desk, two.ref)
    (known,) = indexing.list_indexes(two.desk)
    index = indexing.opened(two.desk, known.name)
    assert (known.about.records, known.about.items, index.about.records) == (2, 2, 2)
    assert sorted(container.entries for container in index.containers()) == [1, 1]
    assert two.desk.vault.problems() == []
