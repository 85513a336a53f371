from __future__ import annotations

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import LineageDraft
from dsr_desk.lineage.importers.settling import nest_runs, settle_roles

KINDS = {"d": NodeKind.DATASET, "r": NodeKind.RUN, "m": NodeKind.MODEL}
Told = set[tuple[str, str, str, str]]


def drawn(*lines: str) -> LineageDraft:
    """Edges such as `d1 input r1`; the first letter of a name is its kind, a fourth word the certainty."""
    draft = LineageDraft()
    for line in lines:
        origin, role, target, *sure = line.split()
        for end in (origin, target):
            draft.node(KINDS[end[0]], end, key=end)
        draft.edge(origin, target, Role(role), Certainty(sure[0]) if sure else Certainty.RECORDED)
    return draft


def told(draft: LineageDraft) -> Told:
    """Edges with the reason of those that were concluded."""
    return {
        (
            origin,
            role.value,
            target,
            certainty.value
            if certainty is Certainty.RECORDED
            else draft.noted.get((origin, target, role), {}).get("why", certainty.value),
        )
        for (origin, target, role), certainty in draft.edges.items()
    }


def nested(draft: LineageDraft, **parents: str) -> set[tuple[str, str]]:
    nest_runs(draft, parents, "parent")
    for (origin, target, role), certainty in draft.edges.items():
        if role is Role.PARENT:
            assert certainty is Certainty.INFERRED
            assert draft.noted[origin, target, role] == {"why": "guess.nested", "by": "parent", "text": origin}
    return {(origin, target) for origin, target, role in draft.edges if role is Role.PARENT}


def test_a_role_that_no_source_states_is_concluded_and_says_from_what() -> None:
    draft = drawn("d1 input r1", "m1 input r1", "r1 produce m2", "d2 derive m3", "m1 derive m3")
    settle_roles(draft)
    assert told(draft) == {
        ("d1", "train", "r1", "guess.input"),
        ("m1", "fine-tune-base", "r1", "guess.input"),
        ("r1", "produce", "m2", "recorded"),
        ("d2", "train", "m3", "guess.derived"),
        ("m1", "fine-tune-base", "m3", "guess.derived"),
    }


def test_what_was_an_open_question_stays_one() -> None:
    draft = drawn("d1 input r1 unknown", "r1 produce m1")
    settle_roles(draft)
    assert draft.edges["d1", "r1", Role.TRAIN] is Certainty.UNKNOWN


def test_an_evaluation_is_recorded_where_it_is_stated_and_one_model_alone_was_there() -> None:
    draft = drawn("d1 evaluate r1", "m1 input r1")
    settle_roles(draft)
    assert ("d1", "evaluate", "m1", "recorded") in told(draft)


def test_no_input_becomes_a_recorded_evaluation() -> None:
    for lines in (
        ("d1 input r1", "m1 input r1"),
        ("d1 evaluate r1", "m1 input r1", "m2 input r1"),
        ("d1 evaluate r1 inferred", "m1 input r1"),
    ):
        draft = drawn(*lines)
        settle_roles(draft)
        assert ("d1", "evaluate", "m1", "guess.tried") in told(draft), lines


def test_an_inner_run_may_have_learned_from_what_the_run_around_it_read() -> None:
    assert nested(drawn("d1 train r1", "r2 produce m1"), r2="r1") == {("r1", "r2")}
    assert nested(drawn("d1 train r1", "d2 evaluate r2", "r2 produce m1"), r2="r1") == {("r1", "r2")}
    assert nested(drawn("d1 train r1", "d2 train r2", "r2 produce m1"), r2="r1") == {("r1", "r2")}
    assert nested(drawn("d1 train r1", "d1 train r2", "r2 produce m1"), r2="r1") == set()
    assert nested(drawn("d1 train r1", "m0 fine-tune-base r2", "r2 produce m1"), r2="r1") == {("r1", "r2")}


def test_an_inner_run_that_gave_out_nothing_is_tied_to_nothing() -> None:
    assert nested(drawn("d1 train r1", "m1 serve r2"), r2="r1") == set()


def test_the_way_leads_through_runs_in_between() -> None:
    draft = drawn("d1 train r1", "r3 produce m1", "r2 serve m9")
    assert nested(draft, r2="r1", r3="r2") == {("r1", "r2"), ("r2", "r3")}
    draft = drawn("d1 train r3", "r1 produce m1", "r2 serve m9")
    assert nested(draft, r2="r1", r3="r2") == {("r3", "r2"), ("r2", "r1")}


def test_a_run_around_others_that_read_nothing_has_its_data_from_them() -> None:
    assert nested(drawn("d1 train r2", "r1 produce m1"), r2="r1") == {("r2", "r1")}
    assert nested(drawn("d1 train r2", "d2 train r1", "r1 produce m1"), r2="r1") == set()
    assert nested(drawn("d1 evaluate r2", "r1 produce m1"), r2="r1") == set()


def test_siblings_of_which_one_reads_and_one_gives_out_belong_together_and_others_do_not() -> None:
    draft = drawn("d1 train r2", "r3 produce m1", "r1 serve m9")
    draft.drop_edge("r1", "m9", Role.SERVE)
    assert nested(draft, r2="r1", r3="r1") == {("r2", "r1"), ("r1", "r3")}
    draft = drawn("d1 train r2", "r2 produce m2", "d3 train r3", "r3 produce m3", "m9 serve r1")
    assert nested(draft, r2="r1", r3="r1") == set()


def test_runs_that_are_inside_of_each_other_are_left_alone() -> None:
    assert nested(drawn("d1 train r1", "r2 produce m1"), r1="r2", r2="r1") == set()
