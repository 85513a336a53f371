"""The safety lines of what MLflow records: whose names they are, what a role rests on, which weights are left out."""

from __future__ import annotations

from edit import Edit, lines

TRAININGS = "tests/unit/lineage/test_mlflow_trainings.py"
FILES = "tests/unit/lineage/test_mlflow_files.py"
SETTLING = "tests/unit/lineage/test_settling.py"
NAMES = "tests/unit/lineage/test_names.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "lineage/importers/mlflow_store.py",
        TRAININGS,
        (
            "two stores are two systems",
            "system_of(NAMESPACE, first.key, first.created, first.place)",
            "system_of(NAMESPACE, first.key, first.place)",
            "test_a_later_copy_of_a_store_is_the_same_system_and_another_store_is_not",
        ),
        (
            "a store somewhere else is another",
            "system_of(NAMESPACE, first.key, first.created, first.place)",
            "system_of(NAMESPACE, first.key, first.created)",
            "test_a_later_copy_of_a_store_is_the_same_system_and_another_store_is_not",
        ),
        (
            "a base that nobody names is one",
            "            self.unnamed.append((of, key, value))\n",
            "            pass\n",
            "test_a_switch_that_says_there_was_a_base_leaves_the_record_incomplete",
        ),
    ),
    *lines(
        "lineage/importers/mlflow_drawing.py",
        TRAININGS,
        (
            "a name that was given anew is another model",
            '|{version.created}".rstrip("|")',
            '"',
            "test_a_name_that_was_deleted_and_given_anew_is_another_model",
        ),
        (
            "what is known in the whole world is known again",
            'if _UUID.fullmatch(key) else ""',
            'if not key else ""',
            "test_what_has_an_id_that_no_other_store_gives_out_is_known_again_when_its_experiment_is_gone",
        ),
    ),
    *lines(
        "lineage/importers/mlflow_draw.py",
        TRAININGS,
        (
            "data in two places are two",
            'key=f"{ident}|{dataset.source}" if dataset.source else ident',
            "key=ident",
            "test_data_in_one_place_under_one_name_and_digest_is_one_and_elsewhere_another",
        ),
        (
            "data that nobody can tell are not identified",
            '**{UNIDENTIFIED: "yes" if unknown else ""}',
            "**{}",
            "test_data_without_a_name_or_a_place_are_not_identified",
        ),
        (
            "data without a context is no recorded training",
            "drawing.read(origin, run, Role.TRAIN, Certainty.INFERRED, **why)",
            "drawing.read(origin, run, Role.TRAIN)",
            "test_data_without_a_context_trained_what_the_run_made_as_far_as_one_can_tell",
        ),
        (
            "a model that a training took is no recorded base",
            "draft.edge(model, drawing.run(run), Role.FINE_TUNE_BASE, Certainty.INFERRED, **why)",
            "draft.edge(model, drawing.run(run), Role.SERVE)",
            "test_a_model_that_a_training_took_may_be_its_base_and_is_not_said_to_be",
        ),
        (
            "of several models nobody knows which was measured",
            "sure=not trains and len(set(models)) == 1",
            "sure=not trains",
            "test_of_two_models_that_a_run_took_nobody_knows_which_it_measured",
        ),
        (
            "metrics in the run that made a model state no evaluation alone",
            "here not in makers and (dataset",
            "(dataset",
            "test_metrics_in_another_run_state_an_evaluation_and_those_in_its_own_do_not",
        ),
        (
            "an evaluation in a training is one only where the training states its data",
            "in drawing.store.tried and run in taught:",
            "in drawing.store.tried:",
            "test_an_evaluation_in_the_run_that_trained_is_one_where_the_run_states_what_it_trained_on",
        ),
    ),
    *lines(
        "lineage/importers/mlflow_weights.py",
        TRAININGS,
        (
            "a run that trained left weights",
            "            weights_of(drawing, key)\n",
            "            pass\n",
            "test_a_run_that_trained_and_left_no_model_left_weights",
        ),
    ),
    *lines(
        "lineage/importers/mlflow_mentions.py",
        TRAININGS,
        (
            "a base in a parameter is not recorded",
            "draft.edge(model, drawing.runs[run], meaning.role, Certainty.INFERRED, **why)",
            "draft.edge(model, drawing.runs[run], meaning.role)",
            "test_a_base_in_a_parameter_is_found_in_the_store_and_is_not_recorded",
        ),
        (
            "a loader is no dataset of two runs",
            "        if is_placeholder(text):\n",
            "        if False:\n",
            "test_data_by_the_name_of_a_loader_ties_no_two_runs_together",
        ),
    ),
    *lines(
        "lineage/importers/mlflow_registry.py",
        TRAININGS,
        (
            "a version that lies elsewhere in its run is not the logged model",
            """if version.source.endswith(f"/{store.models[one].name}")]""",
            "]",
            "test_a_version_by_hand_is_not_the_only_model_of_its_run_when_it_lies_elsewhere",
        ),
    ),
    *lines(
        "lineage/importers/mlflow_files.py",
        FILES,
        (
            "what was deleted is read where it lies",
            '_EXPERIMENTS = ("*", ".trash/*")',
            '_EXPERIMENTS = ("*",)',
            "test_experiments_that_were_deleted_are_read_where_they_lie",
        ),
    ),
    *lines(
        "lineage/importers/mlflow_sqlite.py",
        FILES,
        (
            "of several stores none is the one",
            "return found[0] if len(found) == 1 else None",
            "return found[0] if found else None",
            "test_of_several_databases_in_a_folder_none_is_read_as_if_it_were_the_one",
        ),
    ),
    *lines(
        "lineage/importers/settling.py",
        SETTLING,
        (
            "a role that no source states is inferred",
            "certainty = known if known is Certainty.UNKNOWN else Certainty.INFERRED",
            "certainty = known",
            "test_a_role_that_no_source_states_is_concluded_and_says_from_what",
        ),
        (
            "of several models none was surely measured",
            "stated = len(tried) == 1 and any(",
            "stated = any(",
            "test_no_input_becomes_a_recorded_evaluation",
        ),
        (
            "what the run around it read may have taught an inner one that read something else",
            "more = around.get(parent, set()) - reads.get(run, set())",
            "more = set() if run in reads else around.get(parent, set())",
            "test_an_inner_run_may_have_learned_from_what_the_run_around_it_read",
        ),
        (
            "the way leads through runs in between",
            "            around.setdefault(run, set()).update(more)\n",
            "",
            "test_the_way_leads_through_runs_in_between",
        ),
    ),
    *lines(
        "lineage/importers/names.py",
        NAMES,
        (
            "the name of a loader is no dataset",
            "return not bare or bare in _PLACEHOLDERS or",
            "return not bare or",
            "test_the_name_of_a_loader_is_no_dataset",
        ),
        (
            "a switch says that there was a base",
            "return bool(said) and not set(words) & (_HOW_MANY | _OUTPUT)",
            "return False",
            "test_a_switch_says_that_there_was_a_base_and_not_which",
        ),
        (
            "lists name each of their parts",
            "    elif isinstance(value, list | tuple):\n",
            "    elif isinstance(value, tuple):\n",
            "test_names_inside_lists_and_objects_are_found_with_the_way_to_them",
        ),
    ),
)
