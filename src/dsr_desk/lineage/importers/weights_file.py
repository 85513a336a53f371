"""One file of weights that says in its head what it was trained on: safetensors, GGUF."""

from __future__ import annotations

from pathlib import Path

from dsr_desk.core.lineage import NodeKind
from dsr_desk.lineage.importers.draft import BY_FILE, LineageDraft, system_of
from dsr_desk.lineage.importers.peek import Peek
from dsr_desk.lineage.importers.weights import finished, head_of, looks_like_weights, session_of, state, title_of

FORMAT = "Weights (safetensors, GGUF)"


def sniff(peek: Peek) -> bool:
    return looks_like_weights(peek.head)


def files(peek: Peek) -> list[Path]:
    return [peek.path]


def read(peek: Peek, draft: LineageDraft) -> None:
    head = head_of(peek.path)
    digest = peek.sha256
    system = system_of("weights", digest)
    licence = head.get("modelspec.license") or head.get("general.license") or ""
    model = draft.node(
        NodeKind.MODEL, title_of(head) or peek.path.stem, "", system, digests=[f"sha256:{digest}"],
        created=finished(head, peek.path.name, draft), file=peek.path.name, licence=str(licence), **{BY_FILE: "yes"},
    )  # fmt: skip
    state(draft, model, head, session_of(head) or system)
