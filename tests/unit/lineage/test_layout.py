from __future__ import annotations

import random
from itertools import pairwise

from dsr_desk.lineage.layout import BOX, layered


def test_edges_run_to_the_right_and_no_box_covers_another() -> None:
    chance = random.Random(1)
    nodes = [str(i) for i in range(200)]
    edges = [(str(chance.randrange(i)), str(i)) for i in range(1, 200) for _ in range(chance.choice([1, 2]))]
    layout = layered(nodes, edges)

    for origin, target in edges:
        assert layout.at[origin][0] + BOX[0] < layout.at[target][0]
    for column in layout.layers:
        tops = [layout.at[node][1] for node in column]
        assert all(after - before >= BOX[1] for before, after in pairwise(tops))
    assert min(y for _, y in layout.at.values()) >= 0
    assert max(y for _, y in layout.at.values()) + BOX[1] <= layout.height
    assert max(x for x, _ in layout.at.values()) + BOX[0] == layout.width


def test_a_route_goes_from_box_to_box_and_bends_in_between() -> None:
    layout = layered(["a", "b", "c"], [("a", "b"), ("b", "c"), ("a", "c")])
    route = layout.routes["a", "c"]

    assert layout.layers == (("a",), ("b",), ("c",))
    assert route[0][0] == BOX[0]
    assert route[-1][0] == layout.at["c"][0]
    assert len(route) == 4
    assert abs(route[1][1] - (layout.at["b"][1] + BOX[1] / 2)) > BOX[1] / 2


def test_a_cycle_is_drawn_with_one_edge_that_runs_back() -> None:
    layout = layered(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "a")])

    assert [column[0] for column in layout.layers] == ["a", "b", "c"]
    back = layout.routes["c", "a"]
    assert back[0][0] > back[-1][0]


def test_a_tree_is_drawn_without_crossings() -> None:
    edges = [("r", f"a{i}") for i in range(4)] + [(f"a{i % 4}", f"b{i}") for i in range(12)]
    layout = layered([*dict.fromkeys(node for edge in reversed(edges) for node in edge)], edges)
    middle = {node: y for node, (_, y) in layout.at.items()}

    leaves = [(middle[origin], middle[target]) for origin, target in edges if target.startswith("b")]
    assert not any(a < c and b > d for a, b in leaves for c, d in leaves)


def test_unknown_ends_loops_and_repeats_are_ignored_and_nothing_is_nothing() -> None:
    layout = layered(["a", "b"], [("a", "a"), ("a", "x"), ("a", "b"), ("a", "b")])

    assert set(layout.routes) == {("a", "b")}
    assert layered([], []).width == 0.0


def test_the_same_graph_is_drawn_the_same_way() -> None:
    nodes = [str(i) for i in range(50)]
    edges = [(str(i // 3), str(i)) for i in range(1, 50)]
    assert layered(nodes, edges) == layered(nodes, edges)


def test_long_edges_without_number_are_drawn_without_bends() -> None:
    nodes = [str(i) for i in range(400)]
    chain = [(str(i), str(i + 1)) for i in range(399)]
    far = [("0", str(i)) for i in range(2, 400)]
    layout = layered(nodes, chain + far)

    assert len(layout.layers) == 400
    assert len(layout.routes["0", "399"]) == 2
