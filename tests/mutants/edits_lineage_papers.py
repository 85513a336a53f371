"""The safety lines of lineage that documents state: whose names they are, what a role rests on, what costs a field."""

from __future__ import annotations

from edit import Edit, lines

CYCLONEDX = "tests/unit/lineage/test_cyclonedx.py"
SPDX = "tests/unit/lineage/test_spdx.py"
CROISSANT = "tests/unit/lineage/test_croissant.py"
CARDS = "tests/unit/lineage/test_hugging_face.py"
PROV = "tests/unit/lineage/test_prov_json.py"
STORE = "tests/unit/lineage/test_ml_metadata.py"
OWN = "tests/unit/lineage/test_own_form.py"
TIMES = "tests/unit/lineage/test_times.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "lineage/importers/cyclonedx.py",
        CYCLONEDX,
        (
            "a document without a serial number is known by its content alone",
            "else system_of(NAMESPACE, digest)",
            "else system_of(NAMESPACE)",
            "test_two_documents_are_two_systems_and_a_new_edition_is_the_same",
        ),
        (
            "a serial number that was copied joins nothing",
            "system_of(NAMESPACE, serial, name) if serial",
            "system_of(NAMESPACE, serial) if serial",
            "test_two_documents_are_two_systems_and_a_new_edition_is_the_same",
        ),
        (
            "what a card does not say is concluded",
            "self.draft.edge(dataset, model, Role.TRAIN, Certainty.INFERRED, **why)",
            "self.draft.edge(dataset, model, Role.TRAIN)",
            "test_a_role_is_never_read_from_a_name_and_what_the_card_leaves_open_is_asked",
        ),
        (
            "one reference is not that of two things",
            "        if other != node and {self._kind(other), self._kind(node)} & {*_DATA, NodeKind.DEPLOYMENT}:",
            "        if False:",
            "test_what_is_not_cyclonedx_is_refused_with_its_place",
        ),
        (
            "data without a name of its own is a model's own",
            "        if not called or (is_placeholder(called) and not url):",
            "        if not called:",
            "test_data_that_nothing_identifies_is_a_model_s_own",
        ),
        (
            "a dependency does not say what for",
            "            self.draft.edge(used, user, role, Certainty.INFERRED, **said)",
            "            self.draft.edge(used, user, role, sure, **said)",
            "test_a_dependency_of_a_model_is_concluded_to_be_its_training",
        ),
    ),
    *lines(
        "lineage/importers/cyclonedx_check.py",
        CYCLONEDX,
        (
            "the serial number of the examples is nobody's",
            "    if known and known[1] not in _NOBODYS:",
            "    if known:",
            "test_the_serial_number_of_the_specification_s_examples_is_no_identity",
        ),
        (
            "a version that may mean other things is refused",
            "    if text and known is None:",
            "    if False:",
            "test_what_is_not_cyclonedx_is_refused_with_its_place",
        ),
        (
            "what is no digest joins nothing",
            "or len(content) != _LENGTHS[algorithm]:",
            "or not content:",
            "test_what_is_no_digest_joins_nothing",
        ),
    ),
    *lines(
        "lineage/importers/spdx.py",
        SPDX,
        (
            "what is not said is no dataset",
            ' and one.rsplit("/", 1)[-1] not in _NOBODY)',
            ")",
            "test_that_nothing_is_said_is_no_dataset_that_models_share",
        ),
        (
            "one id is not that of two things",
            '            raise ImportRefused(f"{place}.spdxId", "damage.reference-twice")',
            "            pass",
            "test_a_broken_element_is_refused_with_its_place",
        ),
        (
            "a use of something that is not there is refused",
            '            raise ImportRefused(ident, "damage.no-part")',
            "            pass",
            "test_a_relationship_to_something_of_the_document_that_is_not_there_is_refused",
        ),
        (
            "a name that counts inside of a document names no system",
            "called if _is_global(called) else peek.sha256",
            "called or peek.sha256",
            "test_two_documents_are_two_systems_and_an_edition_of_one_is_the_same",
        ),
    ),
    *lines(
        "lineage/importers/croissant.py",
        CROISSANT,
        (
            "two files of one id are refused",
            '            raise ImportRefused(f"{place}.@id", "damage.reference-twice")',
            "            pass",
            "test_a_broken_file_is_refused_with_its_place",
        ),
        (
            "an origin without a name is nobody else's",
            "    if not name or is_placeholder(name):",
            "    if not name:",
            "test_data_without_a_name_of_its_own_is_nobody_else_s",
        ),
        (
            "a description without an address is known by its content alone",
            'address.casefold().rstrip("/") if address else digest',
            'address.casefold().rstrip("/")',
            "test_a_description_is_known_again_by_the_address_of_its_dataset_else_by_its_content",
        ),
    ),
    *lines(
        "lineage/importers/hugging_face.py",
        CARDS,
        (
            "what has no owner is not of the hub",
            "space = NAMESPACE if _HUB_ID.fullmatch(name) else self.own",
            "space = NAMESPACE",
            "test_what_has_an_owner_is_of_the_hub_and_all_else_is_the_card_s_own",
        ),
        (
            "a loader is no dataset",
            "        if is_placeholder(ident):",
            "        if False:",
            "test_a_loader_is_no_dataset_that_two_models_share",
        ),
        (
            "a loader in a result is no dataset",
            "dataset = self.draft.unidentified(text, of=model) if unsaid else",
            "dataset =",
            "test_a_result_on_data_that_a_loader_read_says_no_more_than_its_title",
        ),
        (
            "a branch is no version",
            'exact = revision if _COMMIT.fullmatch(revision) else ""',
            "exact = revision",
            "test_a_branch_is_no_version_and_a_commit_is",
        ),
        (
            "a relation in unknown words is concluded",
            "        if not concluded_from:",
            "        if True:",
            "test_a_relation_that_is_not_stated_in_known_words_is_inferred_and_named",
        ),
    ),
    *lines(
        "lineage/importers/hugging_face_front.py",
        CARDS,
        (
            "what cannot be read as an id still was used",
            "            found.append(text)",
            "            pass",
            "test_odd_entries_of_a_card_cost_themselves_and_what_was_used_stays_known",
        ),
    ),
    *lines(
        "lineage/importers/prov_json.py",
        PROV,
        (
            "an example's host is nobody's",
            "        if worldly and not _NOBODYS.search(worldly[1]):",
            "        if worldly:",
            "test_two_documents_share_only_what_a_host_of_somebody_s_names",
        ),
    ),
    *lines(
        "lineage/importers/ml_metadata.py",
        STORE,
        (
            "a role in the name of a type is concluded",
            '    return role, Certainty.INFERRED, {"why": "guess.mlmd.type", "by": "Type.name", "text": kind}',
            "    return role, Certainty.RECORDED, {}",
            "test_what_only_the_name_of_a_type_of_one_s_own_says_is_concluded",
        ),
    ),
    *lines(
        "lineage/importers/own_words.py",
        OWN,
        (
            "an unknown role is concluded",
            "    return Certainty.INFERRED if doubted and said is Certainty.RECORDED else said",
            "    return said",
            "test_what_is_unknown_in_a_table_costs_its_cell_and_is_named",
        ),
        (
            "a name without a namespace counts in its document",
            "else said or own",
            "else said",
            "test_names_count_in_their_document_unless_a_namespace_is_said",
        ),
    ),
    *lines(
        "lineage/importers/own_form.py",
        OWN,
        (
            "an id is not that of two things",
            '                raise ImportRefused(place, "damage.reference-twice")',
            "                pass",
            "test_a_broken_json_form_is_refused_with_its_place",
        ),
        (
            "recipients in words become things",
            "    for name in names:",
            "    for name in ():",
            "test_recipients_in_words_become_things_and_nobody_stays_said",
        ),
    ),
    *lines(
        "lineage/importers/times.py",
        TIMES,
        (
            "what stands for no time is none",
            "    if moment.year <= 1 or moment.year >= 9999 or moment.date() == _EPOCH.date():",
            "    if False:",
            "test_what_is_no_time_costs_the_field_and_is_named",
        ),
        (
            "a month is its last day",
            "        return _last_day(int(partial[1]), int(partial[2] or 12))",
            "        return datetime(int(partial[1]), int(partial[2] or 1), 1, tzinfo=UTC)",
            "test_iso_times_of_every_length_are_read_without_a_word",
        ),
        (
            "what is read and is no ISO time is said",
            '            return _kept(moment, text, place, draft, "note.lineage.time-read")',
            "            return _kept(moment, text, place, draft)",
            "test_what_can_be_read_in_one_way_only_is_read_and_said",
        ),
    ),
)
