"""Looking at the data after a deletion."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pytest
from deletion_samples import (
    CASE,
    MADE,
    OFFICER_KEY,
    VERSION,
    KeptRecords,
    containers_of,
    hit,
    plan_of,
    scope_of,
    stores_of,
)
from PIL import Image

from dsr_desk.core.actions import ActionKind, Check, OutcomeState, Plan, ReadBack, Remaining, Seen, Treatment
from dsr_desk.core.codec import from_text, to_text
from dsr_desk.core.findings import Gap, Identifiers
from dsr_desk.core.items import Box, ItemAddress
from dsr_desk.core.lineage import AffectedModel, Certainty, DispositionKind, Node, NodeKind, PathStep, Planned, Role
from dsr_desk.core.message import message, quoted, said_all, term
from dsr_desk.core.requests import FoundKind
from dsr_desk.datasets.container import ContainerEntry, ItemUnreadable
from dsr_desk.deletion.identifiers import mentions_of
from dsr_desk.deletion.plan import Choice, Hold, make_plan
from dsr_desk.deletion.read_back import ReadBackFound, ReadBackScope, read_back
from dsr_desk.deletion.run import Stores, run
from dsr_desk.deletion.staying import Staying, held_by
from dsr_desk.jobs.progress import Cancelled, CancelToken

ADA = Identifiers(emails=("Ada@Example.org",), phones=("030 1234567",))


AGAIN = message("left.near")
REJECTED = message("why.masked", reason=quoted("rejected"))


def nothing_again() -> ReadBackFound:
    return ReadBackFound((), 10)


LOOK = ReadBackScope(mentions=mentions_of(ADA), search_again=nothing_again)


@pytest.fixture
def deleted(root: Path) -> tuple[Plan, Stores, KeptRecords]:
    plan, stores, records = plan_of(root), stores_of(root), KeptRecords()
    run(plan, stores, records, OFFICER_KEY)
    return plan, stores, records


def look(deleted: tuple[Plan, Stores, KeptRecords], scope: ReadBackScope = LOOK) -> ReadBack:
    return read_back(*deleted, OFFICER_KEY, scope)


def check(result: ReadBack, name: str) -> Check:
    return next(one for one in result.checks if one.name.code == f"check.{name}")


def test_after_a_whole_deletion_everything_is_gone(deleted: tuple[Plan, Stores, KeptRecords]) -> None:
    result = look(deleted)
    assert result.seen is Seen.GONE
    assert (len(result.items), result.count(Seen.GONE)) == (5, 5)
    assert result.headline == (
        message("headline.gone"),
        message("headline.items", count=5, counts=(message("headline.count", n=5, seen=term(Seen.GONE)),)),
    )
    names = ("content", "near", "identifiers", "index", "again", "leftovers")
    assert [one.name for one in result.checks] == [message(f"check.{name}") for name in names]
    assert check(result, "content").looked_at == 9
    assert from_text(to_text(result), ReadBack) == result


def test_counts_come_from_looking_and_not_from_the_plan(root: Path) -> None:
    plan, stores = plan_of(root), stores_of(root)
    result = read_back(plan, stores, KeptRecords(), OFFICER_KEY, LOOK)
    assert result.count(Seen.STILL_THERE) == 5
    assert result.headline[0] == message("headline.still_there")


def test_the_same_bytes_in_any_container_are_found(root: Path, deleted: tuple[Plan, Stores, KeptRecords]) -> None:
    from deletion_samples import picture

    (root / "renamed.png").write_bytes(picture(11))
    found = check(look(deleted), "content")
    assert (found.seen, [one.place for one in found.remaining]) == (Seen.STILL_THERE, [quoted("data › renamed.png")])


def test_a_record_that_says_the_same_of_another_photo_stays_and_counts_for_nothing(root: Path) -> None:
    for name in ("p0.json", "p1.json"):
        (root / name).write_text('{"caption": "a woman at the sea"}')
    plan, stores, records = plan_of(root), stores_of(root), KeptRecords()
    assert "p1.json" not in [item.address.member for action in plan.actions for item in action.items]

    outcomes = run(plan, stores, records, OFFICER_KEY)

    assert {one.state for one in outcomes} == {OutcomeState.DONE}
    assert look((plan, stores, records)).seen is Seen.GONE
    assert [(root / name).exists() for name in ("p0.json", "p1.json")] == [False, True]


def test_a_photo_that_looks_alike_is_found_unless_it_was_rejected(
    root: Path, deleted: tuple[Plan, Stores, KeptRecords]
) -> None:
    from deletion_samples import picture

    out = io.BytesIO()
    Image.open(io.BytesIO(picture(0))).resize((90, 90)).save(out, "PNG")
    (root / "smaller.png").write_bytes(out.getvalue())
    found = check(look(deleted), "near")
    assert (found.seen, [one.place for one in found.remaining]) == (Seen.STILL_THERE, [quoted("data › smaller.png")])
    address = ItemAddress("faces", "data", "smaller.png", hashlib.sha256(out.getvalue()).hexdigest())
    plan, stores, records = deleted
    result = look((plan, replace(stores, staying=Staying({address: REJECTED})), records))
    assert result.seen is Seen.GONE
    assert [(one.place, one.item) for one in result.excepted] == [(quoted("data › smaller.png"), address.id)]
    assert result.excepted[0].says == message("left.excepted", says=message("left.near"), why=REJECTED)


def test_a_record_that_still_names_the_person_is_found(root: Path, deleted: tuple[Plan, Stores, KeptRecords]) -> None:
    with (root / "people.csv").open("a") as file:
        file.write("A.,see ADA@example.org,\nB.,,0049-30-1234567\n")
    found = check(look(deleted), "identifiers")
    assert [one.says for one in found.remaining] == [
        message("left.identifier", kind=term(FoundKind.EMAIL)),
        message("left.identifier", kind=term(FoundKind.PHONE)),
    ]
    assert found.says == message("check.identifiers.found", count=2, total=found.looked_at)


def test_a_search_that_finds_the_person_again_sets_the_headline(deleted: tuple[Plan, Stores, KeptRecords]) -> None:
    def again() -> ReadBackFound:
        return ReadBackFound(tuple((one, AGAIN) for one in (rejected, another)), 10)

    rejected, another = (ItemAddress("faces", "data", "p3.jpg", "d" * 64, number) for number in (1, 2))
    plan, stores, records = deleted
    stores = replace(stores, staying=Staying({rejected: REJECTED}))
    result = look((plan, stores, records), replace(LOOK, search_again=again))
    (left,) = check(result, "again").remaining
    assert left == Remaining(quoted("data › p3.jpg"), AGAIN, another.id)
    assert result.headline[0] == message("headline.still_there")


def test_what_was_not_looked_at_is_never_called_gone(root: Path, deleted: tuple[Plan, Stores, KeptRecords]) -> None:
    assert look(deleted, replace(LOOK, search_again=None)).seen is Seen.NOT_LOOKED
    gap = Gap(message("gap.index", name="b"), quoted("locked"))
    assert look(deleted, replace(LOOK, search_again=lambda: ReadBackFound((), 3, (gap,)))).seen is Seen.NOT_LOOKED
    (root / "s-000.tar").write_bytes((root / "s-000.tar").read_bytes()[:3000])
    result = look(deleted)
    assert result.seen is Seen.NOT_LOOKED
    assert result.headline[0] == message("headline.not_looked")
    assert check(result, "content").not_looked[0].what == message("gap.container.alone", container="data/s-000.tar")


def test_items_of_a_container_that_is_not_here_were_not_looked_at(
    root: Path, deleted: tuple[Plan, Stores, KeptRecords]
) -> None:
    plan, stores, records = deleted
    left = Stores({key: one for key, one in stores.containers.items() if key[1] != "data/s-000.tar"}, stores.indexes)
    item = next(action for action in plan.actions if action.container == "data/s-000.tar").items[0].address.id
    assert {one.item: one.seen for one in look((plan, left, records)).items}[item] is Seen.NOT_LOOKED
    (root / "s-000.tar").unlink()
    assert {one.item: one.seen for one in look(deleted).items}[item] is Seen.NOT_LOOKED


def test_the_weakest_that_was_seen_of_an_item_counts(deleted: tuple[Plan, Stores, KeptRecords]) -> None:
    plan, stores, records = deleted
    first = plan.actions[0]
    elsewhere = replace(first, id="a99", kind=ActionKind.TASK, container="", what="a copy elsewhere")
    for actions in ((*plan.actions, elsewhere), (elsewhere, *plan.actions)):
        result = look((replace(plan, actions=actions), stores, records))
        seen = {one.item: one.seen for one in result.items}
        assert {seen[item.address.id] for item in first.items} == {Seen.NOT_LOOKED}


def test_what_cannot_be_read_is_told(
    deleted: tuple[Plan, Stores, KeptRecords], monkeypatch: pytest.MonkeyPatch
) -> None:
    loose = deleted[1].containers[VERSION, "data"]
    entries = list(loose.listing())

    def unreadable() -> bytes:
        raise ItemUnreadable(name="data", why=quoted("it is broken"))

    kept = [replace(one, read=unreadable) if isinstance(one, ContainerEntry) else one for one in entries]
    monkeypatch.setattr(loose, "listing", lambda: iter(kept))
    told = check(look(deleted), "content")
    assert told.seen is Seen.NOT_LOOKED
    assert [(one.what, one.why) for one in told.not_looked] == [
        (message("gap.container.alone", container="data"), message("why.items-unreadable"))
    ]


def test_a_look_that_was_cancelled_is_none(deleted: tuple[Plan, Stores, KeptRecords]) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        read_back(*deleted, OFFICER_KEY, LOOK, token=token)


def test_an_unfinished_file_of_a_killed_run_is_found(root: Path, deleted: tuple[Plan, Stores, KeptRecords]) -> None:
    (root / ".s-000.tar.dsr-new").write_bytes(b"half")
    assert check(look(deleted), "leftovers").seen is Seen.STILL_THERE
    (root / ".s-000.tar.dsr-new").unlink()


def test_a_held_item_is_held_and_may_be_found_again(root: Path) -> None:
    held = hit(containers_of(root)[VERSION, "data"], "p1.jpg")
    gone = hit(containers_of(root)[VERSION, "data"], "p2.jpg")
    scope = scope_of(root, holds={held.address.id: Hold("court order", "2027-01-01")})
    plan, records = make_plan(CASE, MADE, [held, gone], scope), KeptRecords()
    stores = replace(stores_of(root), staying=Staying(held_by(plan)))
    run(plan, stores, records, OFFICER_KEY)
    look = replace(LOOK, mentions=None, search_again=lambda: ReadBackFound(((held.address, AGAIN),), 4))
    result = read_back(plan, stores, records, OFFICER_KEY, look)
    assert result.seen is Seen.HELD
    assert result.headline[0] == message("headline.held")


def test_a_masked_photo_may_be_found_again_for_what_else_it_shows(root: Path) -> None:
    shown = hit(containers_of(root)[VERSION, "data"], "p1.jpg", Box(20, 20, 40, 40))
    choices = {shown.address.id: Choice(Treatment.MASK, "shows another person")}
    plan, stores, records = (
        make_plan(CASE, MADE, [shown], scope_of(root, choices=choices)),
        stores_of(root),
        KeptRecords(),
    )
    run(plan, stores, records, OFFICER_KEY)
    digest = hashlib.sha256((root / "p1.jpg").read_bytes()).hexdigest()
    masked = ItemAddress("faces", "data", "p1.jpg", digest)
    again = replace(LOOK, mentions=None, search_again=lambda: ReadBackFound(((masked, AGAIN),), 4))
    result = read_back(plan, stores, records, OFFICER_KEY, again)
    assert result.seen is Seen.MASKED
    assert result.headline[0] == message("headline.masked")


def test_another_photo_in_the_place_of_a_masked_one_is_no_mask(root: Path) -> None:
    shown = hit(containers_of(root)[VERSION, "data"], "p1.jpg", Box(20, 20, 40, 40))
    choices = {shown.address.id: Choice(Treatment.MASK, "shows another person")}
    plan = make_plan(CASE, MADE, [shown], scope_of(root, choices=choices))
    stores, records = stores_of(root), KeptRecords()
    run(plan, stores, records, OFFICER_KEY)
    (root / "p1.jpg").write_bytes((root / "p2.jpg").read_bytes())
    (seen,) = look((plan, stores_of(root), records)).items
    assert seen.seen is Seen.STILL_THERE


def test_a_destroyed_model_whose_file_is_still_there_is_found(root: Path, tmp_path: Path) -> None:
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"weights")
    digest = "sha256:" + hashlib.sha256(b"weights").hexdigest()
    node = Node("m", NodeKind.MODEL, "net", "1", digests=(digest,))
    data = Node("d", NodeKind.DATASET, "faces", "1")
    model = AffectedModel(
        node, (Role.TRAIN,), Certainty.RECORDED, True, ((PathStep(data), PathStep(node, Role.TRAIN)),)
    )
    plan = plan_of(root, models=[(model, Planned(DispositionKind.DESTROYED, "", "ml", "", "o", MADE))])
    stores, records = stores_of(root), KeptRecords()
    run(plan, stores, records, OFFICER_KEY)
    look = replace(LOOK, model_files={"m": [weights]})
    assert check(read_back(plan, stores, records, OFFICER_KEY, look), "model").seen is Seen.STILL_THERE
    weights.write_bytes(b"another model that took its place")
    assert check(read_back(plan, stores, records, OFFICER_KEY, look), "model").seen is Seen.GONE


def test_short_ids_and_names_alone_never_count_as_the_person() -> None:
    assert mentions_of(Identifiers(names=("Ada",), account_ids=("7",))) is None
    mentions = mentions_of(Identifiers(user_names=("ada_l",), account_ids=("7", "A-1001")))
    assert mentions is not None
    assert mentions({"id": "7"}) is None
    assert mentions({"nick": "ADA_L "}) is FoundKind.USER_NAME
    assert mentions({"account": "a-1001"}) is FoundKind.ACCOUNT_ID
    assert mentions({"note": "xada_lx"}) is None


def test_an_index_that_lies_elsewhere_is_said_beside_what_the_search_found(
    deleted: tuple[Plan, Stores, KeptRecords],
) -> None:
    result = look(deleted, replace(LOOK, search_again=lambda: ReadBackFound((), 10, as_indexed=2)))
    nothing = message("check.none", nouns=message("check.again.nouns"), total=10)
    assert check(result, "again").says == message("check.again.as-indexed", says=nothing, count=2)


def test_the_headline_is_said_in_german(root: Path) -> None:
    result = read_back(plan_of(root), stores_of(root), KeptRecords(), OFFICER_KEY, LOOK)
    assert said_all(result.headline[:2], "de") == "Nicht erledigt: etwas ist noch da. 5 Einträge: 5 noch da."
