"""The safety lines of the program, each with the test that must fail when it is gone.

The guards of the rule table are taken from the table itself: a guard that is added is a mutant by that alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import edits_app
import edits_archives
import edits_beside_rows
import edits_bundle
import edits_cell_containers
import edits_cells
import edits_checkpoints
import edits_columns
import edits_containers
import edits_core
import edits_databases
import edits_deletion
import edits_desk
import edits_detector
import edits_engine
import edits_evidence
import edits_faults
import edits_finding
import edits_fold
import edits_foreign
import edits_frames
import edits_guards
import edits_hidden
import edits_intake
import edits_inventory
import edits_layouts
import edits_letters
import edits_lineage
import edits_lineage_files
import edits_lineage_mlflow
import edits_lineage_papers
import edits_lineage_ready
import edits_lineage_systems
import edits_lineage_windows
import edits_links
import edits_lists
import edits_locking
import edits_log
import edits_models
import edits_names
import edits_noticed
import edits_offline
import edits_order_elsewhere
import edits_order_evidence
import edits_order_windows
import edits_orders
import edits_photos
import edits_places
import edits_plan
import edits_reach
import edits_recipients
import edits_report
import edits_requests
import edits_required
import edits_review
import edits_roster
import edits_scope
import edits_sizes
import edits_standing
import edits_start
import edits_staying
import edits_sweep
import edits_sworn
import edits_time
import edits_unread
import edits_vault
import edits_voices
import edits_whole
import edits_wrappers
from edit import Edit

SOURCE = Path(__file__).parents[2] / "src" / "dsr_desk"
HELD = "tests/unit/core/test_core_rules.py::test_what_a_guard_forbids_is_refused_with_its_reason"


def guards_of_the_table() -> Iterator[Edit]:
    """Each guard taken out of each act's line in `core.rules`."""
    text = (SOURCE / "core" / "rules.py").read_text(encoding="utf-8")
    table = text[text.index("GUARDS: Mapping") : text.index("ROW_GUARDS: Mapping")]
    for found in re.finditer(r"^    Kind\.(\w+): \((.*?)\),$", table, re.DOTALL | re.MULTILINE):
        kind, inside = found.group(1), found.group(2)
        asked = re.findall(r"\*?[\w.]+", inside)
        for guard in asked:
            if guard.startswith("*"):
                continue
            kept = [one for one in asked if one != guard]
            left = f"({', '.join(kept)}{',' if len(kept) == 1 else ''})"
            yield _guard(kind, guard, found.group(0), f"    Kind.{kind}: {left},")
    rows = text[text.index("ROW_GUARDS: Mapping") :]
    for found in re.finditer(r"^    Kind\.(\w+): ([\w.]+),$", rows, re.MULTILINE):
        yield _guard(found.group(1), found.group(2), found.group(0), "")


def _guard(kind: str, guard: str, old: str, new: str) -> Edit:
    act, name = kind.lower().replace("_", "-"), guard.rpartition(".")[2]
    return Edit(f"rule: {act} asks {name}", "core/rules.py", old, new, f"{HELD} -k {act}{name}")


LINES: tuple[Edit, ...] = (
    *edits_containers.LINES,
    *edits_columns.LINES,
    *edits_layouts.LINES,
    *edits_letters.LINES,
    *edits_lineage_mlflow.LINES,
    *edits_lineage_papers.LINES,
    *edits_lineage_ready.LINES,
    *edits_lineage_systems.LINES,
    *edits_lineage_windows.LINES,
    *edits_databases.LINES,
    *edits_core.LINES,
    *edits_links.LINES,
    *edits_names.LINES,
    *edits_lists.LINES,
    *edits_locking.LINES,
    *edits_voices.LINES,
    *edits_guards.LINES,
    *edits_hidden.LINES,
    *edits_roster.LINES,
    *edits_scope.LINES,
    *edits_log.LINES,
    *edits_models.LINES,
    *edits_noticed.LINES,
    *edits_offline.LINES,
    *edits_order_elsewhere.LINES,
    *edits_order_evidence.LINES,
    *edits_orders.LINES,
    *edits_order_windows.LINES,
    *edits_vault.LINES,
    *edits_whole.LINES,
    *edits_wrappers.LINES,
    *edits_desk.LINES,
    *edits_detector.LINES,
    *edits_engine.LINES,
    *edits_app.LINES,
    *edits_archives.LINES,
    *edits_beside_rows.LINES,
    *edits_photos.LINES,
    *edits_frames.LINES,
    *edits_places.LINES,
    *edits_plan.LINES,
    *edits_reach.LINES,
    *edits_deletion.LINES,
    *edits_bundle.LINES,
    *edits_checkpoints.LINES,
    *edits_cell_containers.LINES,
    *edits_cells.LINES,
    *edits_evidence.LINES,
    *edits_faults.LINES,
    *edits_finding.LINES,
    *edits_fold.LINES,
    *edits_foreign.LINES,
    *edits_intake.LINES,
    *edits_inventory.LINES,
    *edits_lineage.LINES,
    *edits_lineage_files.LINES,
    *edits_recipients.LINES,
    *edits_requests.LINES,
    *edits_report.LINES,
    *edits_required.LINES,
    *edits_review.LINES,
    *edits_standing.LINES,
    *edits_start.LINES,
    *edits_sizes.LINES,
    *edits_staying.LINES,
    *edits_sweep.LINES,
    *edits_sworn.LINES,
    *edits_time.LINES,
    *edits_unread.LINES,
)

EDITS: tuple[Edit, ...] = (*guards_of_the_table(), *LINES)
