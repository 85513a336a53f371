"""The safety lines of what windows and bundles say of lineage: three words for weights, each as sure as its record."""

from __future__ import annotations

from edit import Edit, lines

WORDS = "tests/unit/evidence/test_evidence_model_words.py"
OBLIGATIONS = "tests/unit/evidence/test_evidence_obligations.py"
REPORT = "tests/unit/evidence/report/test_evidence_models.py"
WINDOWS = "tests/ui/test_ui_lineage_asked.py"
APART = "tests/unit/lineage/test_told_apart.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "evidence/verifying/check_bundle.py",
        WORDS,
        (
            "a verifier takes no model for measured whose training is not recorded in full",
            'return "measured" if complete and all(',
            'return "measured" if all(',
            "test_measured_only_takes_every_way_recorded_and_a_complete_record",
        ),
        (
            "a verifier refuses a role that is surer than every way",
            'any(_SURE.index(one["certainty"]) < _SURE.index(sure) for one in model["roles"])',
            'any(_SURE.index(one["certainty"]) < 0 for one in model["roles"])',
            "test_a_model_of_which_more_is_said_than_its_ways_say_is_refused",
        ),
        (
            "a verifier reads the ways again from their paths",
            'told == [way_of(path) for path in model["paths"]] if "paths" in model else all(map(_may_be, told))',
            "all(map(_may_be, told))",
            "test_a_way_that_is_not_what_its_path_says_is_refused",
        ),
    ),
    *lines(
        "evidence/verifying/check_bundle.py",
        OBLIGATIONS,
        (
            "no obligation on models is met while a record of one is not complete",
            '("models-in-part", "in_part"), ',
            "",
            "",
        ),
    ),
    *lines(
        "evidence/report/models.py",
        REPORT,
        (
            "a report names the models of which not all is recorded",
            '("unknown", content.models_without_lineage), ("in-part", content.models_in_part)',
            '("unknown", content.models_without_lineage),',
            "test_where_lineage_is_silent_that_is_said_and_no_model_is_called_innocent",
        ),
    ),
    *lines(
        "ui/views/models/lists.py",
        WINDOWS,
        (
            "runs that took the data and left nothing are shown in the case",
            "self.runs.show_rows(impact.runs)",
            "self.runs.show_rows(())",
            "test_runs_that_took_the_data_and_left_nothing_stand_in_the_case",
        ),
    ),
    *lines(
        "lineage/identity.py",
        APART,
        (
            "a source that names two systems hides no question about what another names",
            "not sources.get(a.id, _NOWHERE).isdisjoint(sources.get(b.id, _NOWHERE))",
            "bool(sources)",
            "test_a_source_that_names_two_systems_hides_no_question_about_what_another_names",
        ),
    ),
)
