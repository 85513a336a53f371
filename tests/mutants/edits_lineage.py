"""The safety lines of what the lineage graph joins, asks and says."""

from __future__ import annotations

from edit import Edit, lines

IDENTITY = "tests/unit/lineage/test_identity.py"
IMPACT = "tests/unit/lineage/test_impact.py"
COVERAGE = "tests/unit/lineage/test_coverage.py"
COMPLETE = "test_only_measured_is_said_of_a_model_whose_record_is_complete_all_the_way_up"
TWO = "test_two_open_questions_in_a_row_tie_nothing"

LINES: tuple[Edit, ...] = (
    *lines(
        "lineage/identity.py",
        IDENTITY,
        (
            "names join inside one system alone",
            "    return [(node.kind, node.namespace, name, version)] if version and not own else []\n",
            "    return [(node.kind, name, version)] if version and not own else []\n",
            "test_a_name_and_a_version_join_inside_one_system_and_are_a_question_across_two",
        ),
        (
            "data that nobody identified joins nothing",
            "    named = [i for i in joined if not {PART, UNIDENTIFIED} & nodes[i].attributes.keys()]\n",
            "    named = [i for i in joined if PART not in nodes[i].attributes]\n",
            "test_data_that_is_not_identified_joins_nothing_by_its_name_and_is_what_an_officer_says",
        ),
        (
            "one pair goes before its systems",
            " and _said(nodes, a, b, said) is None:",
            ":",
            "test_one_answer_on_a_pair_of_things_goes_before_the_answer_on_their_systems",
        ),
        (
            "nothing flows by a name into what people were erased from",
            " if ERASED not in nodes[k].attributes]",
            "]",
            "test_an_open_question_leads_nothing_into_a_version_that_people_were_erased_from",
        ),
        (
            "content that differs is said",
            "            asked.other_content += _other_content(nodes[a], nodes[b])\n",
            "            asked.other_content += 0\n",
            "test_what_two_systems_agree_and_differ_in_is_said_with_the_question",
        ),
    ),
    *lines(
        "lineage/candidates.py",
        IDENTITY,
        (
            "one place is a question",
            "    yield from _at_one_place(nodes, named)\n",
            "    yield from ()\n",
            "test_the_place_of_a_registered_version_may_be_where_its_reader_read",
        ),
        (
            "forks of one name in a hub are asked about",
            "            if space == HUB:\n",
            "            if False:\n",
            "test_two_owners_of_one_name_in_a_hub_are_two_until_somebody_says_otherwise",
        ),
        (
            "the last part of a name is asked about",
            "    if not alone:\n",
            "    if False:\n",
            "test_models_of_two_systems_with_one_name_are_a_question",
        ),
        (
            "versions that count differently are asked about",
            "    if not both:\n",
            "    if False:\n",
            "test_an_open_question_leads_nothing_into_a_version_that_people_were_erased_from",
        ),
    ),
    *lines(
        "lineage/twins.py",
        IDENTITY,
        (
            "an open question leads to a twin",
            "    rows += [(a, link_twin[b], copies, unknown, -1, NO_NOTE) for a, b in tied]\n",
            "    rows += [(a, b, copies, unknown, -1, NO_NOTE) for a, b in tied]\n",
            TWO,
        ),
    ),
    *lines(
        "lineage/building.py",
        IDENTITY,
        (
            "a no takes an inferred use away",
            "            kept[k] = False\n",
            "            kept[k] = True\n",
            "test_a_use_that_a_parameter_seems_to_state_is_asked_once_for_all_of_it",
        ),
        (
            "what is no model is data",
            " if answer.same else NodeKind.DATASET\n",
            "\n",
            "test_what_was_taken_for_a_model_is_what_an_officer_says_that_it_is",
        ),
        (
            "what a source states is no answer's to change at large",
            "kinds.get(things_key(node)) if KIND_WHY in node.attributes else None",
            "kinds.get(things_key(replace(node, attributes={KIND_WHY: 'guess.kind.stage'})))",
            "test_what_was_taken_for_models_by_one_reason_is_asked_once_and_what_is_stated_never_changes",
        ),
    ),
    *lines(
        "lineage/complete.py",
        IMPACT,
        (
            "what was trained on must be stated",
            "    lacking = model & ~taught & ~by_run & (~copied | trains_more)\n",
            "    lacking = model & False\n",
            "test_a_model_that_nothing_reaches_and_whose_record_is_not_complete_is_named",
        ),
        (
            "a run without data lacks it",
            "    lacking |= run & makes & ~taught & (~copied | trains_more)\n",
            "",
            COMPLETE,
        ),
        (
            "a conclusion is no statement",
            "    lacking |= graph.mask(target[enters & ~recorded & (model | run)[target]])\n",
            "",
            COMPLETE,
        ),
        (
            "data that cannot be told apart completes nothing",
            "graph.marked(UNIDENTIFIED) | ",
            "",
            "test_no_model_is_said_to_be_only_measured_on_data_that_its_own_data_cannot_be_told_from",
        ),
    ),
    *lines(
        "lineage/roles.py",
        IMPACT,
        (
            "no role runs through an evaluation",
            "    says = used & made_of & (learned | tries)\n",
            "    says = used & made_of\n",
            "test_what_was_made_from_a_model_that_was_only_tried_has_the_data_by_no_other_role",
        ),
        (
            "an evaluation of the base is none of the child",
            "used & ~says & ~made_of)",
            "used & ~says)",
            "test_an_evaluation_of_its_base_is_no_role_of_a_model_that_was_trained_on_the_data",
        ),
        (
            "a role is as sure as its own edges",
            " & (graph.certainty <= code)\n",
            "\n",
            "test_each_role_has_its_own_certainty",
        ),
    ),
    *lines(
        "core/lineage.py",
        IMPACT,
        (
            "only measured is said of a complete record",
            "Certainty.RECORDED for path in self.paths) and self.training_complete",
            "Certainty.RECORDED for path in self.paths)",
            COMPLETE,
        ),
    ),
    *lines(
        "lineage/impact.py",
        IMPACT,
        (
            "a run that left nothing is named",
            "    return runs[reached[runs] & took[runs] & ~gave[runs]]\n",
            "    return runs[:0]\n",
            "test_a_run_that_took_the_data_and_left_nothing_is_named",
        ),
    ),
    *lines(
        "lineage/coverage.py",
        COVERAGE,
        (
            "all is well only where nothing is open",
            ' if field.name != "counts")',
            ' if field.name == "models_without_input")',
            "test_all_is_well_only_where_nothing_at_all_is_open",
        ),
    ),
)
