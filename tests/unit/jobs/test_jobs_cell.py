"""Cells: what is parsed there arrives checked, and what goes wrong there stays there."""

from __future__ import annotations

import os
import pickle
import re
import signal
import socket
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import planted
import pytest

import deeds
from dsr_desk.core.codec import packed
from dsr_desk.core.message import message
from dsr_desk.datasets.container import ItemGone
from dsr_desk.jobs import cell as cells
from dsr_desk.jobs import nursery
from dsr_desk.jobs.cell import CellFailed, CellProcess, Grants, Limits, ask, stream
from dsr_desk.jobs.confine import enforced

files_kept = pytest.mark.skipif(not enforced().files, reason="the kernel does not keep files from cells here")
calls_kept = pytest.mark.skipif(not enforced().calls, reason="the kernel does not keep calls from cells here")


def test_a_value_crosses_whole_and_is_checked() -> None:
    assert ask(planted.Thing, planted.thing) == planted.thing()
    with pytest.raises(CellFailed) as failed:
        ask(planted.Thing, planted.echo, {"name": "b"})
    assert failed.value.why == message("why.cell.unfit")


def test_each_parse_has_a_process_of_its_own() -> None:
    (first, nursery), (second, same) = ask(Any, planted.who), ask(Any, planted.who)
    assert first != second
    assert nursery == same != os.getpid()


def test_a_stream_comes_piece_by_piece_and_ends_its_cell_where_it_is_left() -> None:
    assert list(stream(int, planted.count, 5)) == [0, 1, 2, 3, 4]
    endless = stream(int, planted.count, 1 << 60)
    assert next(endless) == 0
    endless.close()  # type: ignore[attr-defined]


def test_a_cell_in_a_cell_is_the_same_one() -> None:
    assert ask(int, planted.nested) > 0


def test_an_error_of_ours_arrives_with_its_code_and_values() -> None:
    with pytest.raises(ItemGone) as gone:
        ask(Any, planted.refuse_by_code)
    assert gone.value.details == {"name": "a.zip"}


def test_of_a_fault_arrive_its_class_and_place_and_nothing_that_it_says() -> None:
    with pytest.raises(CellFailed) as failed:
        ask(Any, planted.refuse, 41)
    assert failed.value.why.code == "why.cell.fault"
    assert "ValueError" in failed.value.what_happened
    assert "Jane" not in str(failed.value.as_json())


@pytest.mark.parametrize(
    ("does", "code", "exits"),
    [
        (deeds.crash, "why.cell.ended", (-11,)),
        (planted.abort, "why.cell.ended", (-6, -11)),
        (planted.die, "why.cell.ended", (7,)),
        (planted.exit_quietly, "why.cell.fault", (None,)),
        (deeds.hang, "why.cell.slow", (None,)),
        (deeds.eat, "why.cell.memory", (None,)),
    ],
)
def test_what_crashes_hangs_or_eats_memory_is_said_and_costs_nothing_else(
    does: Any, code: str, exits: tuple[int | None, ...]
) -> None:
    with pytest.raises(CellFailed) as failed:
        ask(Any, does, limits=Limits(seconds=0.5 if does is deeds.hang else 60, memory=200 << 20))
    assert failed.value.why.code == code
    assert failed.value.why.values.get("exit_code") in exits
    assert ask(str, planted.echo, "next") == "next"


@files_kept
def test_a_cell_reads_no_file_but_those_that_it_was_granted(tmp_path: Path) -> None:
    granted, other = tmp_path / "granted", tmp_path / "other"
    for folder in (granted, other):
        folder.mkdir()
        (folder / "file").write_bytes(folder.name.encode())
    grants = Grants(read=(granted,))
    assert ask(bytes, planted.read, str(granted / "file"), grants=grants) == b"granted"
    assert ask(Any, planted.names, str(granted), grants=grants) == ("file",)
    for reads in (str(other / "file"), str(granted / ".." / "other" / "file"), f"/proc/{os.getpid()}/environ"):
        with pytest.raises(CellFailed, match="PermissionError"):
            ask(bytes, planted.read, reads, grants=grants)
    with pytest.raises(CellFailed, match="PermissionError"):
        ask(Any, planted.names, str(tmp_path), grants=grants)


@files_kept
def test_a_link_out_of_what_was_granted_leads_nowhere(tmp_path: Path) -> None:
    granted = tmp_path / "granted"
    granted.mkdir()
    (tmp_path / "secret").write_text("secret")
    (granted / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(CellFailed, match="PermissionError"):
        ask(bytes, planted.read, str(granted / "link"), grants=Grants(read=(granted,)))


@files_kept
def test_a_cell_writes_only_where_it_may(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    target = tmp_path / "mine" / "file"
    target.write_text("old")
    for grants in (Grants(), Grants(read=(tmp_path,))):
        for does in (planted.write, planted.replace):
            with pytest.raises(CellFailed):
                ask(Any, does, str(target), grants=grants)
    assert list(target.parent.iterdir()) == [target]
    assert target.read_text() == "old"
    ask(Any, planted.replace, str(target), grants=Grants(write=(target.parent,)))
    assert target.read_text() == "replaced"


@calls_kept
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6, socket.AF_UNIX])
def test_a_cell_opens_no_socket(family: int) -> None:
    with pytest.raises(CellFailed, match="PermissionError"):
        ask(Any, planted.connect, int(family))


@calls_kept
def test_a_cell_starts_no_process_and_reaches_none_but_has_threads() -> None:
    for does, args in ((planted.fork, ()), (planted.execute, ()), (planted.shoot, (os.getpid(),))):
        with pytest.raises(CellFailed, match="PermissionError"):
            ask(Any, does, *args)
    assert ask(str, planted.thread) == "ran"


def test_an_answer_of_the_wrong_kind_is_none_however_well_formed() -> None:
    data = packed(planted.thing())
    for kind in (b"P", b"N"):
        with pytest.raises(CellFailed) as failed:
            ask(planted.Thing, planted.forge, kind + struct.pack(">Q", len(data)) + data)
        assert failed.value.why == message("why.cell.unfit")
    with pytest.raises(CellFailed) as failed:
        next(stream(planted.Thing, planted.forge, b"V" + struct.pack(">Q", len(data)) + data))
    assert failed.value.why == message("why.cell.unfit")


class Bomb:
    """Says so in a file where it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return planted.write, (self.path,)


def test_nothing_that_a_cell_sends_is_unpickled_and_what_is_no_frame_ends_it(tmp_path: Path) -> None:
    bomb = pickle.dumps(Bomb(str(tmp_path / "unpickled")))
    for kind in (b"V", b"E", b"F", b"P", b"N", b"X", b"A"):
        with pytest.raises(CellFailed) as failed:
            ask(planted.Thing, planted.forge, kind + struct.pack(">Q", len(bomb)) + bomb)
        assert failed.value.why.code in ("why.cell.unfit", "why.cell.ended")
    for frame in (b"V", b"V" + struct.pack(">Q", 1 << 62), b"V" + struct.pack(">Q", 100) + b"short"):
        with pytest.raises(CellFailed) as failed:
            ask(planted.Thing, planted.forge, frame)
        assert failed.value.why.code == "why.cell.ended"
    assert not (tmp_path / "unpickled").exists()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (b"E", ("os", message("NO-SUCH-CODE"))),
        (b"E", ("os", message("why.cell.slow"))),
        (b"E", ("dsr_desk.jobs.progress", message("JOB-CANCELLED"))),
        (b"E", ("dsr_desk.storage.keys", message("VAULT-WRONG-PASSPHRASE"))),
        (b"E", ("dsr_desk.datasets.container", {"code": "ITEM-GONE", "values": {}, "says": "\x1b[31m"})),
        (b"E", ("dsr_desk.datasets.container", message("ITEM-GONE", **{"na\x1bme": "x"}))),
        (b"F", message("why.cell.none")),
        (b"F", message("why.\x1b[31m")),
        (b"F", {"code": "why.cell.fault", "values": {"kind": {"says": "x"}}}),
    ],
)
def test_what_is_not_a_cells_to_say_is_no_answer(kind: bytes, said: Any) -> None:
    data = packed(said)
    with pytest.raises(CellFailed) as failed:
        ask(Any, planted.forge, kind + struct.pack(">Q", len(data)) + data)
    assert failed.value.why == message("why.cell.unfit")


def test_a_cell_knows_nothing_of_its_owners_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSR_DESK_TEST_SECRET", "secret")
    monkeypatch.setattr(cells, "_kept", cells._Kept())
    assert "secret" not in ask(dict, planted.environment).values()


def test_a_nursery_that_ended_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "_kept", cells._Kept())
    ended = cells._nursery()._process
    _, nursery = ask(Any, planted.who)
    assert ended.pid == nursery
    os.kill(nursery, signal.SIGKILL)
    ended.join()
    assert ask(str, planted.echo, "again") == "again"


def test_cells_are_gone_when_they_are_closed() -> None:
    with CellProcess((planted.__name__,)) as cell:
        process, _ = cell.call(Any, planted.who, (), 60)
        assert Path(f"/proc/{process}").exists()
    assert not Path(f"/proc/{process}").exists()


def test_the_nursery_has_one_thread_with_everything_loaded() -> None:
    cells.load("dsr_desk.datasets.registry", "dsr_desk.intake.registry", "dsr_desk.lineage.importers.registry",
               "dsr_desk.faces.registry")  # fmt: skip
    _, nursery = ask(Any, planted.who)
    assert len(list(Path(f"/proc/{nursery}/task").iterdir())) == 1


def test_nobody_waits_for_what_is_loaded_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "_kept", cells._Kept())
    _, nursery = ask(Any, planted.who)
    os.kill(nursery, signal.SIGSTOP)
    cells.load(deeds.__name__)
    os.kill(nursery, signal.SIGCONT)
    assert ask(Any, planted.loaded, deeds.__name__) is True


def test_of_what_was_open_elsewhere_a_cell_holds_nothing_but_its_channel() -> None:
    *streams, channel = [one for one in ask(list[str], planted.open_files) if one != "/memfd:scratch (deleted)"]
    assert streams == ["/dev/null"] * 3
    assert channel.startswith("socket:")


def test_a_nursery_leaves_no_image_of_its_memory() -> None:
    _, nursery = ask(Any, planted.who)
    limits = Path(f"/proc/{nursery}/limits").read_text()
    assert re.search(r"Max core file size +0 +0 ", limits)


def test_a_cell_ends_with_its_nursery(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "_kept", cells._Kept())
    with CellProcess((planted.__name__, deeds.__name__)) as cell:
        _, nursery = cell.call(Any, planted.who, (), 60)
        os.kill(nursery, signal.SIGKILL)
        with pytest.raises(CellFailed) as failed:
            cell.call(Any, deeds.hang, (), 20)
        assert failed.value.why.code == "why.cell.ended"


def test_a_cell_that_has_answered_is_ended_without_being_waited_for() -> None:
    answered, _ = ask(Any, planted.who)
    ask(Any, planted.who)  # what a nursery was told before is done before it answers
    assert not Path(f"/proc/{answered}").exists()


def test_an_interrupt_is_the_owners_to_handle() -> None:
    with CellProcess((planted.__name__,)) as cell:
        process, nursery = cell.call(Any, planted.who, (), 60)
        for one in (process, nursery):
            os.kill(one, signal.SIGINT)
        assert cell.call(str, planted.echo, ("still there",), 60) == "still there"


def test_each_piece_of_a_stream_has_its_time() -> None:
    pieces = stream(int, planted.endless, limits=Limits(seconds=0.5))
    assert next(pieces) == 0
    with pytest.raises(CellFailed) as failed:
        next(pieces)
    assert failed.value.why == message("why.cell.slow", seconds=0)


def test_threads_have_cells_at_the_same_time() -> None:
    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(lambda n: ask(int, planted.echo, n), range(40))) == list(range(40))


def test_without_a_nursery_a_cell_is_started_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "FORKS", False)
    assert ask(planted.Thing, planted.thing) == planted.thing()
    with pytest.raises(CellFailed) as failed:
        ask(Any, planted.die)
    assert failed.value.why == message("why.cell.ended", exit_code=7)


def test_where_no_process_can_be_started_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: Any) -> Any:
        raise OSError(12, "no memory")

    monkeypatch.setattr(cells, "_nursery", none)
    with pytest.raises(CellFailed) as failed:
        ask(Any, planted.echo, 1)
    assert failed.value.why == message("why.cell.none")


def test_a_nursery_that_does_not_answer_in_time_is_asked_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "_kept", cells._Kept())
    _, first = ask(Any, planted.who)
    os.kill(first, signal.SIGSTOP)
    monkeypatch.setattr(nursery, "_PATIENCE", 0.2)
    with pytest.raises(CellFailed) as failed:
        ask(Any, planted.echo, 1)
    assert failed.value.why == message("why.cell.none")
    os.kill(first, signal.SIGCONT)
    monkeypatch.setattr(nursery, "_PATIENCE", 60)
    _, second = ask(Any, planted.who)
    assert second != first


def test_a_nursery_that_ends_while_it_is_asked_is_one_that_could_start_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "_kept", cells._Kept())
    _, first = ask(Any, planted.who)
    os.kill(first, signal.SIGSTOP)
    threading.Timer(0.2, os.kill, (first, signal.SIGKILL)).start()
    with pytest.raises(CellFailed) as failed:
        ask(Any, planted.echo, 1)
    assert failed.value.why == message("why.cell.none")
    assert ask(int, planted.echo, 1) == 1
