"""The safety lines of repositories, event logs, training folders and weights: what runs, joins, is concluded."""

from __future__ import annotations

from edit import Edit, lines

GIT = "tests/unit/jobs/test_jobs_git.py"
DVC = "tests/unit/lineage/test_dvc.py"
EVENTS = "tests/unit/lineage/test_openlineage.py"
FOLDERS = "tests/unit/lineage/test_training_folders.py"
WEIGHTS = "tests/unit/lineage/test_weights.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "jobs/git.py",
        GIT,
        (
            "git sees no setting of a foreign repository",
            '"GIT_DIR": str(place),',
            '"GIT_DIR": str(common),',
            "test_nothing_that_the_repository_says_is_run",
        ),
        (
            "what a merge changed by hand is history",
            '"-m", "--root"',
            '"--no-merges", "--root"',
            "test_branches_merges_stashes_amended_commits_and_tags_are_read",
        ),
        (
            "what only the logs still name is history",
            'for kind in ("refs", "logs"):',
            'for kind in ("refs",):',
            "test_branches_merges_stashes_amended_commits_and_tags_are_read",
        ),
        (
            "a shallow clone is said",
            'missing.append(message("git.shallow"))',
            "pass",
            "test_what_is_missing_is_said",
        ),
        (
            "files that are not in the clone are said",
            'missing.append(message("git.lost", count=lost))',
            "pass",
            "test_what_is_missing_is_said",
        ),
        (
            "a repository that git cannot read is said",
            'missing=(*missing, message("git.failed")))',
            "missing=tuple(missing))",
            "test_a_repository_that_cannot_be_read_is_said_and_no_error",
        ),
    ),
    *lines(
        "lineage/importers/dvc.py",
        DVC,
        (
            "a repository without git is known by what it holds",
            'return system_of("dvc", *(peek.sha256_of(path) for path in files(peek)))',
            'return system_of("dvc")',
            "test_two_repositories_with_one_name_are_two_and_meet_by_content_alone",
        ),
        (
            "what is missing of the past is said",
            'draft.warn("note.lineage.past", why=why)',
            "pass",
            "test_that_nothing_is_known_of_the_past_is_said",
        ),
        (
            "a version that cannot be read is named",
            'self.draft.warn("note.lineage.commit-unread", commit=one.commit[:12], path=one.path, why=error.why)',
            "pass",
            "test_a_version_that_cannot_be_read_costs_itself_and_is_named",
        ),
    ),
    *lines(
        "lineage/importers/dvc_stages.py",
        DVC,
        (
            "what a stage learned from is never recorded",
            "self._draft.edge(dep, run, role, Certainty.INFERRED, why=why,",
            "self._draft.edge(dep, run, role, Certainty.RECORDED, why=why,",
            "test_what_a_stage_does_is_never_recorded",
        ),
        (
            "what nobody can class is listed",
            "return PathKind(unclassified=fed)",
            "return PathKind()",
            "test_outputs_that_nobody_can_class_are_listed_and_measures_are_not",
        ),
        (
            "a file inside of what another stage wrote came of that stage",
            "taken += [(part, self._took(run, part, stage, makes, part=why)) for part, why in self._parts(stage)]",
            "pass",
            "test_a_file_inside_of_a_folder_that_another_stage_wrote_leads_to_that_stage",
        ),
    ),
    *lines(
        "lineage/importers/openlineage.py",
        EVENTS,
        (
            "a namespace that everybody has is of one log",
            'return namespace if names_one_place(namespace) else system_of("openlineage", namespace, self.first)',
            "return namespace",
            "test_a_namespace_that_names_no_place_in_the_world_is_of_this_log_alone",
        ),
        (
            "a made-up run id is of one log",
            "alone = uuid.UUID(ident).version is None",
            "alone = False",
            "test_runs_of_two_logs_with_one_made_up_id_are_two_and_a_uuid_is_one_run",
        ),
        (
            "a failed run is said",
            "    say_failed(draft)\n",
            "",
            "test_weights_of_a_run_that_did_not_end_well_are_listed_with_the_word",
        ),
    ),
    *lines(
        "lineage/importers/openlineage_kinds.py",
        EVENTS,
        (
            "what a model that was only guessed learned from is no record",
            "if is_model or measures or not makes[run] or certainty is not Certainty.RECORDED:",
            "if is_model or measures or certainty is not Certainty.RECORDED:",
            "test_what_seems_to_be_a_model_is_taken_for_one_and_asked_about",
        ),
        (
            "private hosts are no places in the world",
            "return ipaddress.ip_address(host).is_global",
            "return bool(ipaddress.ip_address(host))",
            "test_a_namespace_that_names_no_place_in_the_world_is_of_this_log_alone",
        ),
    ),
    *lines(
        "lineage/importers/training_folders.py",
        FOLDERS,
        (
            "files too short for weights join nothing",
            "told = [path for path in weights.files if path.stat().st_size >= _LEAST]",
            "told = weights.files",
            "test_files_too_short_for_weights_are_not_known_by_what_they_hold",
        ),
        (
            "a loader's name is data of one run",
            'elif is_placeholder(PurePosixPath(stated.text).stem if "/" not in stated.text else stated.text):',
            "elif False:",
            "test_a_name_that_names_nothing_is_data_of_that_run_alone",
        ),
        (
            "free names are conclusions",
            "sure = Certainty.INFERRED if stated.why else Certainty.RECORDED",
            "sure = Certainty.RECORDED",
            "test_lightning_names_are_free_and_so_they_are_conclusions",
        ),
        (
            "two runs with the same settings are told apart by their logs",
            'return sha256_hex("\\n".join((*marks, *began)).encode())[:16]',
            'return sha256_hex("\\n".join(marks).encode())[:16]',
            "test_two_teams_with_the_same_settings_are_two_systems",
        ),
    ),
    *lines(
        "lineage/importers/reading.py",
        FOLDERS,
        (
            "tags in settings make no objects",
            "Loader=_UntaggedLoader if tagged else _PlainLoader",
            "Loader=yaml.UnsafeLoader if tagged else _PlainLoader",
            "test_tags_of_python_in_settings_are_plain_values_and_nothing_is_made_of_them",
        ),
    ),
    *lines(
        "lineage/importers/weights.py",
        WEIGHTS,
        (
            "cut weights are refused",
            "if 8 + length + max(map(int, ends), default=0) != path.stat().st_size:",
            "if False:",
            "test_cut_weights_are_refused",
        ),
    ),
)
