"""The safety lines of what holds before a lawyer: sworn statements, claims, what is said of models, the public page."""

from __future__ import annotations

from edit import Edit, lines

SWORN = "tests/unit/app/proof/test_app_sworn.py"
WORDS = "test_no_other_words_name_key_or_case_pass_for_what_was_sworn"
KEYS = "test_each_of_both_keys_must_have_signed"
CLAIMS = "tests/unit/app/proof/test_app_readiness.py"
SAME = "test_the_verifier_makes_the_same_claims_from_the_entries_and_knows_by_whom"
HOW = "test_whether_a_model_learned_itself_or_through_another_or_was_measured_or_nobody_recorded_it"

LINES: tuple[Edit, ...] = (
    *lines(
        "evidence/verifying/check_bundle.py",
        SWORN,
        (
            "a sworn statement is of its case",
            'if not kept or said["case"] != case or envelope["payloadType"] != SWORN_PAYLOAD:',
            'if not kept or envelope["payloadType"] != SWORN_PAYLOAD:',
            WORDS,
        ),
        (
            "a sworn statement has its type",
            'or envelope["payloadType"] != SWORN_PAYLOAD:',
            "or False:",
            KEYS,
        ),
        (
            "what is read of a sworn statement is what was signed",
            'if members.read("data/sworn.json") != payload:',
            "if False:",
            WORDS,
        ),
        (
            "a sworn statement is signed by the organisation and by the officer",
            'if keys != [_fingerprint(certificate), said["officer"]]:',
            "if len(keys) != 2:",
            KEYS,
        ),
        (
            "the organisation signed what was sworn",
            '    _require(certificate, ours, signed, None, "sworn.signature")\n',
            "",
            KEYS,
        ),
        (
            "the officer signed what she swore",
            '        raise Refused("sworn.signature") from None',
            "        pass",
            KEYS,
        ),
        (
            "the officer whose key signed wrote it into the journal",
            'if not act or act["officer"] != said["officer"] or act["open"]["form"] != said["form"]:',
            'if not act or act["open"]["form"] != said["form"]:',
            WORDS,
        ),
        (
            "the form of the oath is the one in the journal",
            'or act["open"]["form"] != said["form"]:',
            "or False:",
            WORDS,
        ),
        (
            "the words are those in the journal",
            '        if _opened(act, name, line["opened"][name], line["index"]) != said[name]:',
            "        if False:",
            WORDS,
        ),
        (
            "nothing changed after the oath",
            'elif act and told.get("case") and told["kind"] not in _SAYS_NOTHING_NEW:',
            "elif False:",
            "test_an_old_oath_does_not_pass_for_one_of_now",
        ),
    ),
    *lines(
        "evidence/verifying/check_bundle.py",
        CLAIMS,
        (
            "nothing is called gone while a hit is left",
            'if newest is not None and newest["seen"] == _weakest(newest) in _SETTLED and not (left or open_):',
            'if newest is not None and newest["seen"] == _weakest(newest) in _SETTLED and not open_:',
            f"{SAME} -k 'more and decided'",
        ),
        (
            "nothing is called gone that was seen",
            'if newest is not None and newest["seen"] == _weakest(newest) in _SETTLED and not (left or open_):',
            "if newest is not None and not (left or open_):",
            f"{SAME} -k 'still and there'",
        ),
        (
            "that nothing was found is only said once all is decided",
            "            if not (open_ or fold.order_case or any(True for _ in fold.hits())):",
            "            if not (fold.order_case or any(True for _ in fold.hits())):",
            f"{SAME}[searched]",
        ),
        (
            "a failed identity check identifies nobody",
            "        if fold.identity is not None and fold.identified:\n            yield",
            "        if fold.identity is not None:\n            yield",
            f"{SAME} -k 'identity and withdrawn'",
        ),
        (
            "a requester reads the name of whoever sealed alone",
            '        told = self._full or at["officer"] == sealing["officer"]',
            "        told = True",
            "test_a_requester_reads_who_sealed_and_of_no_other_officer",
        ),
    ),
    *lines(
        "app/proof/swearing.py",
        SWORN,
        (
            "nothing is sworn that changed since it was shown",
            "        if case.head != wording.head:",
            "        if False:",
            "test_nothing_is_sworn_that_was_not_shown_or_by_nobody_or_too_early",
        ),
        (
            "somebody swears",
            "    if not name.strip() or not capacity.strip():",
            "    if False:",
            "test_nothing_is_sworn_that_was_not_shown_or_by_nobody_or_too_early",
        ),
    ),
    *lines(
        "app/proof/sworn.py",
        SWORN,
        (
            "what was sworn before something changed is not handed out",
            "    if newest.seq < case.changed:",
            "    if False:",
            "test_what_was_sworn_before_something_changed_is_not_handed_out",
        ),
    ),
    *lines(
        "core/lineage.py",
        "tests/unit/lineage/test_impact.py",
        (
            "what a model was built with says nothing of what it learned",
            "_SAYS_HOW = (MODEL_ROLES - {Role.INPUT})",
            "_SAYS_HOW = MODEL_ROLES",
            HOW,
        ),
        (
            "an open question says nothing",
            "    if surest(path) is Certainty.UNKNOWN:",
            "    if False:",
            "test_a_path_over_an_open_question_says_nothing_and_is_as_sure_as_its_weakest_step",
        ),
        (
            "a model made from another did not learn itself",
            "Learned.INHERITED if any(step.node.kind is NodeKind.MODEL for step in path[:-1]) else Learned.ITSELF",
            "Learned.ITSELF",
            HOW,
        ),
        (
            "only measured is said where it is recorded what it was trained on",
            " and self.training_complete\n",
            "\n",
            HOW,
        ),
    ),
    *lines(
        "lineage/impact.py",
        "tests/unit/lineage/test_impact.py",
        (
            "what a model learned does not hide behind what it was tested on",
            "            if measured and _places(graph, start.weights, seat):",
            "            if False:",
            "test_what_a_model_learned_does_not_hide_behind_what_it_was_tested_on",
        ),
    ),
    *lines(
        "app/proof/public.py",
        "tests/unit/app/proof/test_app_public.py",
        (
            "nothing is published that no regulator can check",
            "edition=Edition.REGULATOR.value)",
            ")",
            "test_nothing_is_published_that_no_regulator_can_check",
        ),
    ),
    *lines(
        "evidence/report/summary.py",
        "tests/unit/app/proof/test_app_public.py",
        (
            "the public page names no place of a doubt",
            "    said += outcome(content)[:1]",
            "    said += outcome(content)",
            "test_of_a_doubt_the_page_says_that_there_is_one",
        ),
    ),
)
