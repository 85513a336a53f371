from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dsr_desk.core.lineage import Certainty, Node, NodeKind
from dsr_desk.lineage import content
from dsr_desk.lineage.content import Content, digest_of_folder, digests_of_file
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.identity import RegisteredVersion
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.part import affected_part
from dsr_desk.storage.tables import Database

Draw = Callable[..., Graph]


def test_a_file_has_both_digests_that_other_systems_state(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"photos")
    sha256, md5 = hashlib.sha256(b"photos").hexdigest(), hashlib.md5(b"photos").hexdigest()
    assert digests_of_file(tmp_path / "a") == (f"sha256:{sha256}", f"md5:{md5}")


def test_a_folder_has_the_digest_that_dvc_gives_it(tmp_path: Path) -> None:
    """DVC's form, written out by hand: a JSON list by path, with a space behind each colon and comma."""
    for name, data in {"b.jpg": b"2", "a/x.jpg": b"1", ".dvc/tmp": b"-", ".dvcignore": b"-"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    one, two = (hashlib.md5(data).hexdigest() for data in (b"1", b"2"))
    text = f'[{{"md5": "{one}", "relpath": "a/x.jpg"}}, {{"md5": "{two}", "relpath": "b.jpg"}}]'
    looked: list[str] = []

    assert digest_of_folder(tmp_path, lambda path, _: looked.append(path.name)) == (
        f"md5:{hashlib.md5(text.encode()).hexdigest()}.dir"
    )
    assert looked == ["x.jpg", "b.jpg"]


def test_an_empty_folder_is_the_empty_folder_of_dvc(tmp_path: Path) -> None:
    assert digest_of_folder(tmp_path, lambda *_: None) == "md5:d751713988987e9331980363e24189ce.dir"


def test_what_is_kept_of_a_version_is_replaced_as_a_whole(db: Database) -> None:
    content.keep(db, "faces@1", Content(("md5:a.dir",), (("x.tar", ("md5:b", "sha256:c")),)))
    content.keep(db, "faces@2", Content(("md5:d.dir",)))
    content.keep(db, "faces@1", Content((), (("x.tar", ("md5:e",)),)))
    assert content.kept(db) == {
        "faces@1": Content((), (("x.tar", ("md5:e",)),)),
        "faces@2": Content(("md5:d.dir",)),
    }


@pytest.mark.parametrize("digest", ["md5:b", "sha256:c"])
def test_lineage_that_names_one_file_by_its_content_is_reached(draw: Draw, digest: str) -> None:
    """A Croissant file and a training on the whole that it is in; nothing agrees in name."""
    nodes = (
        Node("dataset:pack", NodeKind.DATASET, "pack", "", "elsewhere"),
        Node("dataset:f", NodeKind.DATASET, "f.tar", "", "elsewhere", digests=(digest,)),
    )
    ours = RegisteredVersion("faces", "1", parts=(("x.tar", ("md5:b", "sha256:c")), ("y.tar", ("md5:q",))))
    graph = draw("dataset:pack contain dataset:f", "dataset:pack train model:net", nodes=nodes, registered=(ours,))

    (model,) = affected(graph, ["faces@1"]).models
    assert (model.name, model.certainty) == ("net", Certainty.INFERRED)
    assert affected(graph, ["faces@1"]).not_in_lineage == ()
    named = {node.name for node in affected_part(graph, ["faces@1"]).nodes}
    assert "y.tar" not in named, "files that no source states say nothing"


def test_a_folder_that_dvc_tracks_is_the_registered_version_itself(draw: Draw) -> None:
    theirs = Node("dataset:dvc|in", NodeKind.DATASET, "in/photos", "aa.dir", "dvc", digests=("md5:aa.dir",))
    ours = RegisteredVersion("faces", "1", digests=("md5:aa.dir",))
    graph = draw(f"{theirs.id} train model:net", nodes=(theirs,), registered=(ours,))
    (model,) = affected(graph, ["faces@1"]).models
    assert model.certainty is Certainty.RECORDED


def test_the_form_is_json_of_the_standard_library(tmp_path: Path) -> None:
    """Names beyond ASCII are escaped in it, as DVC has them."""
    (tmp_path / "ä.jpg").write_bytes(b"1")
    text = json.dumps([{"md5": hashlib.md5(b"1").hexdigest(), "relpath": "ä.jpg"}], sort_keys=True)
    assert "\\u00e4" in text
    assert digest_of_folder(tmp_path, lambda *_: None) == f"md5:{hashlib.md5(text.encode()).hexdigest()}.dir"
