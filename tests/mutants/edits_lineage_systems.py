"""The safety lines of lineage from Weights & Biases and SageMaker: whose names, what is stated, what proves content."""

from __future__ import annotations

from edit import Edit, lines

LOG = "tests/unit/lineage/test_wandb_log.py"
WANDB = "tests/unit/lineage/test_wandb.py"
EXPORT = "tests/unit/lineage/test_wandb_export.py"
SAGEMAKER = "tests/unit/lineage/test_sagemaker.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "lineage/importers/wandb_log.py",
        LOG,
        (
            "a record of a log that was changed is not read",
            " or zlib.crc32(data, zlib.crc32(bytes((kind,)))) != check:",
            ":",
            "test_what_was_changed_is_refused_with_its_place",
        ),
        (
            "that a log was cut is said",
            '        draft.warn("note.lineage.wandb-cut", place=said(place), byte=start if begun else end)\n',
            "        pass\n",
            "test_a_log_that_was_cut_anywhere_is_read_up_to_there_and_that_is_said",
        ),
        (
            "a hole in a log is not its end",
            'if kind == 0 and not any(block[at:]) and not any(map(any, iter(lambda: file.read(BLOCK), b""))):',
            "if kind == 0:",
            "test_zeros_between_records_are_no_end",
        ),
        (
            "a record has an end",
            "        if len(whole) > LARGEST_RECORD:\n",
            "        if False:\n",
            "test_a_record_without_end_is_not_held_in_memory",
        ),
    ),
    *lines(
        "lineage/importers/wandb_runs.py",
        WANDB,
        (
            "a reference and another algorithm prove no content",
            'md5 = "" if entry.ref or entry.other else _hex(entry.digest)',
            "md5 = _hex(entry.digest)",
            "test_what_is_no_md5_of_its_own_files_proves_no_content",
        ),
        (
            "a part of the files proves no whole",
            "[digest_of_listing(held)] if held and whole else []",
            "[digest_of_listing(held)] if held else []",
            "test_what_is_no_md5_of_its_own_files_proves_no_content",
        ),
    ),
    *lines(
        "lineage/importers/wandb_draw.py",
        WANDB,
        (
            "two folders without an entity are two systems",
            'else ("folder", run.host, run.root)',
            'else ("folder", "", "x")',
            "test_two_teams_projects_are_two_systems_and_later_runs_of_one_are_the_same",
        ),
        (
            "two entities are two systems",
            "        return _system(run.server, entity, project)\n",
            "        return _system(run.server, project)\n",
            "test_two_teams_projects_are_two_systems_and_later_runs_of_one_are_the_same",
        ),
        (
            "only a job type that is a word for a training states one",
            "if job == JobType(Role.TRAIN, stated=True) and not other:",
            "if not other:",
            "test_a_run_that_makes_a_model_may_have_learned_from_all_that_it_used",
        ),
        (
            "data with another name is asked about",
            "if job == JobType(Role.TRAIN, stated=True) and not other:",
            "if job == JobType(Role.TRAIN, stated=True):",
            "test_data_that_a_training_used_under_another_name_is_asked_about",
        ),
        (
            "which of two models was measured is not stated",
            "if job.stated and len(models) == 1:",
            "if job.stated:",
            "test_which_of_two_models_an_evaluation_measured_is_asked",
        ),
        (
            "a run that makes a model is no evaluation alone",
            "measures = job.role is Role.EVALUATE and not makes",
            "measures = job.role is Role.EVALUATE",
            "test_an_evaluation_that_makes_a_model_measures_nothing_for_sure",
        ),
        (
            "data that a training logged may have trained it",
            "            if trains and self._draft.nodes[ident].kind is NodeKind.DATASET:\n",
            "            if False:\n",
            "test_what_a_training_logged_and_names_is_tied_to_its_model_and_asked",
        ),
        (
            "a training that logged no model left weights",
            "        if sign and not makes:\n",
            "        if False:\n",
            "test_a_run_that_trained_and_logged_no_model_has_left_weights_that_are_asked_about",
        ),
        (
            "a loader is no dataset that runs share",
            "            return [self._draft.unidentified(named.text, of=node)]\n",
            "            pass\n",
            "test_a_loader_is_no_dataset_that_two_runs_share",
        ),
        (
            "an unknown project of what was used is not taken for the run's own",
            "system = _used_by(project) if artifact.ident and not artifact.project else project",
            "system = project",
            "test_what_a_run_used_may_be_of_another_project",
        ),
    ),
    *lines(
        "lineage/importers/wandb_export.py",
        EXPORT,
        (
            "an organisation's own server is a system of its own",
            'return "" if host == _PUBLIC or host.endswith(f".{_PUBLIC}") else host',
            'return ""',
            "test_an_organisations_own_server_is_another_system",
        ),
        (
            "a run that goes on has no end",
            'ended=ended if state in _OVER else "",',
            "ended=ended,",
            "test_a_run_that_goes_on_has_no_end",
        ),
    ),
    *lines(
        "lineage/importers/registry.py",
        WANDB,
        (
            "what else a folder holds is named",
            '            draft.warn("note.lineage.also", formats=others)\n',
            "            pass\n",
            "test_what_else_a_folder_holds_is_named",
        ),
    ),
    *lines(
        "lineage/importers/sagemaker_draw.py",
        SAGEMAKER,
        (
            "an account and a region are a system",
            "return Arn(system_of(SYSTEM, account, region), kind.lower(), name)",
            "return Arn(system_of(SYSTEM, region), kind.lower(), name)",
            "test_two_accounts_and_two_regions_are_systems_of_their_own",
        ),
        (
            "a channel's name states its use only where it is a word for one",
            "            self._edge(origin, job, role, name, stated=True)\n            return\n        meant",
            "            self._edge(origin, job, role, name, stated=True)\n            return\n"
            "        self._edge(origin, job, Role.TRAIN, name, stated=True)\n        return\n        meant",
            "test_only_a_word_for_a_use_states_what_a_channel_is_for",
        ),
        (
            "weights that another job left are no data",
            "        if (system, place) in self._outputs:\n            return self.weights(system, place)\n",
            "",
            "test_weights_that_another_job_left_are_a_base_whatever_the_channel_is_called",
        ),
        (
            "jobs with one place for checkpoints may go on from each other",
            "for job in jobs if len(jobs) > 1 else ():",
            "for job in ():",
            "test_checkpoints_are_weights_and_a_shared_place_of_them_may_be_a_base",
        ),
        (
            "a training of a tuning job has its data",
            "            if job.node not in fed:\n",
            "            if False:\n",
            "test_trainings_of_a_tuning_job_have_its_data_where_theirs_is_not_described",
        ),
    ),
    *lines(
        "lineage/importers/sagemaker_lineage.py",
        SAGEMAKER,
        (
            "that something contributed does not say what for",
            'stated = role is Role.DERIVE and type_ == "DerivedFrom"',
            "stated = True",
            "test_an_association_alone_does_not_say_what_data_was_for",
        ),
        (
            "the tag of an object proves no content",
            'if isinstance(one, dict) and one.get("SourceIdType") == "MD5Hash":',
            "if isinstance(one, dict):",
            "test_an_md5_that_was_stated_proves_content_and_a_tag_does_not",
        ),
    ),
    *lines(
        "lineage/importers/sagemaker_answers.py",
        SAGEMAKER,
        (
            "a variant that names no model is said",
            '                drawing.draft.warn("note.lineage.sagemaker-variant", name=variant_name, endpoint=name)\n',
            "                pass\n",
            "test_a_variant_without_a_model_is_said",
        ),
    ),
    *lines(
        "lineage/sightings.py",
        "tests/unit/lineage/test_standing.py",
        (
            "a few answers of SageMaker are no register",
            ", sagemaker.FORMAT, wandb_folder.FORMAT)",
            ")",
            "test_events_of_the_past_are_neither_proof_nor_contradiction_but_a_later_run_is",
        ),
    ),
)
