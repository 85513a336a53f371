from __future__ import annotations

from pathlib import Path

from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.registry import read_file
from lineage_fakes import graph_of

TABLE = """from_kind,from_name,role,to_kind,to_name,items
dataset,faces,train,model,gate,
model,gate,input,run,nightly,
run,nightly,produce,embedding,vectors,a.jpg; b.jpg
dataset,faces,embed,embedding,vectors,c.jpg
model,gate,produce,output,scores,
model,gate,serve,deployment,door,
"""


def test_what_was_kept_is_named_with_the_runs_that_made_it_and_the_items_that_it_is_of(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(TABLE)
    imported = read_file(path)
    (model,) = affected(graph_of(imported.nodes, imported.edges), ["faces"]).models

    assert {one.label: (one.kind, one.runs, one.items) for one in model.retained} == {
        "vectors": ("embedding", ("nightly",), ("a.jpg", "b.jpg", "c.jpg")),
        "scores": ("output", (), ()),
    }
    assert [one["label"] for one in model.as_json()["retained"]] == ["scores", "vectors"]
