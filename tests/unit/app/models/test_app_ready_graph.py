"""The lineage graph is made once for all who open the vault, and made anew after whatever changes what it rests on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dsr_desk.app.desk import Desk
from dsr_desk.app.models import asking, lineage, view
from dsr_desk.app.vault.keeping import check_vault
from dsr_desk.core.lineage import NodeKind
from dsr_desk.lineage.graph import Graph
from dsr_desk.storage.files import DiskFull

PASSPHRASE = "a passphrase for tests"


def table(path: Path, model: str, *, data: str = "faces") -> Path:
    path.write_text(f"from_kind,from_name,role,to_kind,to_name\ndataset,{data},train,model,{model}\n")
    return path


def names(graph: Graph) -> set[str]:
    return {node.name for node in graph.nodes}


def rows(desk: Desk) -> int:
    found: int = desk.vault.db.conn.execute("SELECT count(*) FROM lineage_ready").fetchone()[0]
    return found


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """After this was called, making a graph is a mistake."""

    def made(*_: object) -> Graph:
        raise AssertionError("the graph is made anew")

    return lambda: monkeypatch.setattr(lineage, "graph_of", made)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Graph]:
    """Every graph that is made from here on."""
    found: list[Graph] = []
    real = lineage.graph_of

    def noting(*args: object) -> Graph:
        found.append(real(*args))  # type: ignore[arg-type]
        return found[-1]

    monkeypatch.setattr(lineage, "graph_of", noting)
    return found


def test_whoever_opens_the_vault_reads_what_the_import_made(
    desk: Desk, tmp_path: Path, never: Callable[[], None]
) -> None:
    lineage.import_lineage(desk, [table(tmp_path / "a.csv", "gate")])
    folder = desk.vault.folder
    desk.close()
    never()
    with Desk.open(folder, PASSPHRASE) as again:
        assert names(lineage.lineage_graph(again)) == {"faces", "gate"}
        assert [node.name for node in view.find_in_lineage(again, "GAT")] == ["gate"]
        assert [model.name for model in lineage.affected_by_dataset(again, "faces").models] == ["gate"]
        assert view.lineage_coverage(again).counts["model"] == 1


def test_each_change_is_in_the_graph_that_is_read_after_it(desk: Desk, tmp_path: Path, made: list[Graph]) -> None:
    first, second = table(tmp_path / "a.csv", "gate"), table(tmp_path / "b.csv", "door")
    lineage.import_lineage(desk, [first])
    lineage.import_lineage(desk, [second])
    assert names(lineage.lineage_graph(desk)) == {"faces", "gate", "door"}
    question = lineage.lineage_graph(desk).questions[0]
    asking.answer_question(desk, question.first, question.second, True)
    assert len(lineage.lineage_graph(desk).questions) == 0
    asking.answer_question(desk, question.first, question.second, None)
    assert list(lineage.lineage_graph(desk).questions) == [question]
    lineage.forget_source(desk, lineage.lineage_sources(desk)[0].digest)
    assert names(lineage.lineage_graph(desk)) == {"faces", "door"}
    assert (len(made), rows(desk)) == (5, 1)


def test_a_change_and_the_end_of_the_old_graph_are_one(desk: Desk, tmp_path: Path) -> None:
    lineage.import_lineage(desk, [table(tmp_path / "a.csv", "gate")])
    digest = lineage.lineage_sources(desk)[0].digest

    def fail_after_it() -> None:
        with desk.vault.transaction():
            lineage.forget_source(desk, digest)
            assert rows(desk) == 0
            assert names(lineage.lineage_graph(desk)) == set()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_it()
    assert rows(desk) == 1
    assert names(lineage.lineage_graph(desk)) == {"faces", "gate"}


def test_what_was_changed_beside_the_program_is_not_hidden_by_the_graph_that_was_kept(
    desk: Desk, tmp_path: Path
) -> None:
    lineage.import_lineage(desk, [table(tmp_path / "a.csv", "gate"), table(tmp_path / "b.csv", "door")])
    desk.vault.db.conn.execute("DELETE FROM lineage_edges WHERE source = 2")
    desk.vault.db.conn.execute("DELETE FROM lineage_nodes WHERE source = 2")
    desk.graph = None
    assert names(lineage.lineage_graph(desk)) == {"faces", "gate"}


def test_a_check_of_the_vault_leaves_nothing_that_was_not_checked(desk: Desk, tmp_path: Path) -> None:
    lineage.import_lineage(desk, [table(tmp_path / "a.csv", "gate")])
    wrong = table(tmp_path / "b.csv", "nothing", data="other")
    elsewhere, _ = Desk.create(tmp_path / "elsewhere", "Test organisation", "Ada", PASSPHRASE)
    with elsewhere:
        lineage.import_lineage(elsewhere, [wrong])
        (content,) = elsewhere.vault.db.conn.execute("SELECT content FROM lineage_ready").fetchone()
    desk.vault.db.conn.execute("UPDATE lineage_ready SET content = ?", [content])
    assert check_vault(desk) == []
    assert rows(desk) == 0
    assert names(lineage.lineage_graph(desk)) == {"faces", "gate"}


def test_while_it_is_made_others_have_their_turn_and_what_they_change_is_in_it(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, during = lineage.graph_of, [table(tmp_path / "b.csv", "door")]
    lineage.import_lineage(desk, [table(tmp_path / "a.csv", "gate")])
    desk.drop_graph()

    def imported(path: Path) -> None:
        with desk.vault.transaction():  # whoever is in a turn waits for nobody
            lineage.import_lineage(desk, [path])

    def slow(*args: object) -> Graph:
        if during:
            path = during.pop()
            other = threading.Thread(target=imported, args=(path,))
            other.start()
            other.join(60)
            assert not other.is_alive()
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(lineage, "graph_of", slow)
    assert names(lineage.lineage_graph(desk)) == {"faces", "gate", "door"}
    assert rows(desk) == 1


def test_two_who_ask_at_once_share_one(desk: Desk, tmp_path: Path, made: list[Graph]) -> None:
    lineage.import_lineage(desk, [table(tmp_path / "a.csv", "gate")])
    desk.drop_graph()
    made.clear()
    found: list[Graph] = []
    threads = [threading.Thread(target=lambda: found.append(lineage.lineage_graph(desk))) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert len(made) == 1
    assert all(one is found[0] for one in found)
    assert len(found) == 4


def test_on_a_full_disk_it_is_made_and_not_kept(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lineage.import_lineage(desk, [table(tmp_path / "a.csv", "gate")])
    desk.drop_graph()

    def full(*_: object) -> None:
        raise DiskFull(where="here")

    monkeypatch.setattr(lineage, "keep", full)
    assert [lineage.lineage_graph(desk).nodes[i].name for i in lineage.lineage_graph(desk).of_kind(NodeKind.MODEL)] == [
        "gate"
    ]
    assert rows(desk) == 0
