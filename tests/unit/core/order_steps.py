"""Any acts of an order, in any order: what hypothesis draws from."""

from __future__ import annotations

from typing import Any

import acts_by_hand as hand
from acts_by_hand import Part, facts
from hypothesis import strategies as st

from dsr_desk.core.acts import Kind, Row


def _step(kind: Kind, said: dict[str, Any], rows: list[Row] | None = None) -> tuple[Kind, dict[str, Any], Any]:
    return kind, said, rows


@st.composite
def _parts(draw: st.DrawFn) -> tuple[Part, ...]:
    """Some of three containers, each as a scope may have it."""
    found: list[Part] = []
    for name in draw(st.lists(st.sampled_from(["c1", "c2", "c3"]), unique=True)):
        how, of = draw(st.sampled_from(["whole", "mixed", "not-known"])), draw(st.integers(0, 4))
        items = {"whole": of, "mixed": draw(st.integers(0, of)), "not-known": 0}[how]
        open_ = {"whole": 0, "mixed": draw(st.integers(0, of - items)), "not-known": draw(st.integers(0, of))}[how]
        found.append((name, how, items, items * 10, of, 0, open_))
    return tuple(found)


_seen = st.dictionaries(
    st.sampled_from(["c1", "c2", "c3"]),
    st.dictionaries(st.sampled_from(["gone", "held", "still_there", "not_looked"]), st.integers(0, 4), max_size=2),
    max_size=3,
)
_of = st.sampled_from(["scope", "rest"])
_obligations = st.dictionaries(
    st.sampled_from(["o01", "o02"]), st.sampled_from(["data", "models"]), min_size=1
).map(lambda said: [hand.obligation(*one) for one in said.items()])  # fmt: skip

order_worlds = st.sampled_from([hand.order_opened, hand.order_sampled, hand.order_approved, hand.order_read])
order_steps = st.one_of(
    st.sampled_from(["erasure", "access"]).map(lambda right: _step(Kind.CONFIRMED, facts(right, law="order"))),
    st.sampled_from(["verified", "not-verified"]).map(
        lambda result: _step(Kind.IDENTITY, {"result": result, "photo": False, "acting": False})
    ),
    _obligations.map(lambda said: _step(Kind.ORDER, hand.ordered(*said))),
    _parts().map(lambda parts: _step(Kind.SCOPE, {"parts": parts})),
    st.tuples(_of, st.integers(1, 4)).map(lambda one: _step(Kind.SAMPLE, {"of": one[0], "n": one[1]})),
    st.tuples(
        _of,
        st.one_of(st.just({}), st.dictionaries(st.integers(0, 4), st.sampled_from(["belongs", "not", "unsure"]))),
    ).map(lambda one: _step(Kind.SAMPLED, {"of": one[0], "words": one[1]})),
    st.tuples(st.sampled_from(["o01", "o02"]), st.sampled_from(["declared", "taken-back"])).map(
        lambda one: _step(Kind.MET, {"obligation": one[0], "how": one[1], "proof": ""})
    ),
    st.sampled_from([Kind.PLANNED, Kind.APPROVED, Kind.BEGUN, Kind.REOPENED]).map(lambda kind: _step(kind, {})),
    _seen.map(lambda parts: _step(Kind.OUTCOME, {"parts": parts})),
    _seen.map(lambda parts: _step(Kind.READ_BACK, {"parts": parts})),
    st.just(_step(Kind.CLOSED, {"state": "closed", "open": {}})),
    st.just(_step(Kind.SEARCHED, hand.searched(), [Row("x", "photo")])),
    st.just(_step(Kind.DECIDED, {}, [Row("i0", "same")])),
)
