"""The safety lines of cases about orders: guards, fold, and their copy in the verifier of a bundle."""

from __future__ import annotations

from edit import Edit, lines

RULES = "tests/unit/core/test_core_rules.py"
ORDERS = "tests/unit/core/test_core_orders.py"
COPY = "tests/unit/core/test_core_in_the_verifier.py"
FORBIDS = "test_what_a_guard_forbids_is_refused_with_its_reason"
COPIED = "test_what_the_program_forbids_the_verifier_refuses"

LINES: tuple[Edit, ...] = (
    *lines(
        "core/order_guards.py",
        RULES,
        (
            "no person's request becomes an order",
            "if law is None or (law == Law.ORDER.value) == case.is_order:",
            "if law is None or not case.is_order or law == Law.ORDER.value:",
            f"{FORBIDS} -k law_fits",
        ),
        (
            "what goes as a whole holds nothing else",
            "if not fits or others or any(",
            "if not fits or any(",
            f"{FORBIDS} -k scopescope_adds_up",
        ),
        (
            "the sums of a scope are those of its containers",
            "if not fits or others or any(",
            "if others or any(",
            f"{FORBIDS} -k scopescope_adds_up",
        ),
        (
            "what is not known has no items in the scope",
            " or any(one[2] or one[3] for one in outside):",
            ":",
            f"{FORBIDS} -k scopescope_adds_up",
        ),
        (
            "a scope has as many rows as items",
            'said.get("count", items)) ==',
            "items) ==",
            f"{FORBIDS} -k scopescope_adds_up",
        ),
        (
            "a sample is drawn from the scope in force",
            '(said["scope"], said["population"]) != (scope["act"], population)',
            'said["population"] != population',
            f"{FORBIDS} -k sampleof_newest_scope",
        ),
        (
            "a sample is drawn from all that there is",
            '(said["scope"], said["population"]) != (scope["act"], population)',
            'said["scope"] != scope["act"]',
            f"{FORBIDS} -k sampleof_newest_scope",
        ),
        (
            "a sample holds something",
            'not 0 < said["n"] <= most',
            'not said["n"] <= most',
            f"{FORBIDS} -k sampleof_newest_scope",
        ),
        (
            "a sample is no larger than anybody looks at",
            "most = min(population, MOST_DRAWN)",
            "most = population",
            f"{FORBIDS} -k sampleof_newest_scope",
        ),
        (
            "words are on what was drawn",
            "word not in SAMPLE_WORDS or place not in places",
            "word not in SAMPLE_WORDS",
            f"{FORBIDS} -k sampleddrawn_items",
        ),
        (
            "words on samples are known ones",
            "word not in SAMPLE_WORDS or place not in places",
            "place not in places",
            f"{FORBIDS} -k sampleddrawn_items",
        ),
        (
            "each drawn item gets one word",
            "        places.discard(place)\n",
            "",
            f"{FORBIDS} -k sampleddrawn_items",
        ),
        (
            "a word is on an obligation that the order has",
            "fits = bool(known) if said is None else said in known",
            "fits = bool(known)",
            f"{FORBIDS} -k metobligation_known",
        ),
    ),
    *lines(
        "core/guards.py",
        RULES,
        (
            "whoever said what an order covers does not approve",
            "for word in item.words} | case.scoped_by",
            "for word in item.words}",
            f"{FORBIDS} -k approvedmay_approve",
        ),
        (
            "what an order is about lies in its scope",
            "        if case.is_order:\n            return message(order_refusals.NoPerson.code, case=case.ref)\n",
            "",
            f"{RULES}::{FORBIDS} -k plannedonly_hits",
        ),
        (
            "a plan of an order needs something in its scope",
            "return None if case.left else message(order_refusals.ScopeEmpty.code, case=case.ref)",
            "return None",
            f"{FORBIDS} -k plannedsomething_due",
        ),
    ),
    *lines(
        "core/basis.py",
        "tests/unit/core/test_core_basis.py",
        (
            "a plan of an order rests on its scope",
            '        **({"scope": _scope_of(case)} if case.is_order else {}),\n',
            "",
            "test_each_change_of_an_order_makes_another_basis_and_is_named",
        ),
        (
            "a plan of an order rests on the words on its samples",
            "return digest_of([act, own])",
            "return digest_of([act])",
            "test_each_change_of_an_order_makes_another_basis_and_is_named",
        ),
        (
            "a plan of an order rests on the indexes of its scope",
            "for one in (*case.searches, *case.scopes) if",
            "for one in case.searches if",
            "test_an_order_rests_on_the_indexes_that_its_scopes_of_this_round_looked_at",
        ),
    ),
    *lines(
        "core/case.py",
        ORDERS,
        (
            "an order is reviewed when its samples fitted",
            "            return self.searched and self.sampled\n",
            "            return self.searched\n",
            "test_a_plan_needs_every_drawn_item_looked_at",
        ),
        (
            "what is left of an order is counted",
            "            return sum(left_of(one) for one in self.parts.values())\n",
            "            return 0\n",
            "test_what_is_left_of_an_order_is_what_was_not_read_as_gone_or_held",
        ),
    ),
    *lines(
        "core/case_parts.py",
        ORDERS,
        (
            "what stays in mixed containers is sampled",
            '(("scope", scope["items"]), ("rest", scope["rest"])) if size}',
            '(("scope", scope["items"]),) if size}',
            "test_what_stays_in_mixed_containers_is_sampled_too",
        ),
        (
            "every drawn item has a word",
            'return len(words) == sample["n"] and set(',
            "return set(",
            "test_a_plan_needs_every_drawn_item_looked_at",
        ),
        (
            "every sample fits",
            'if one["n"]} and all(map(_fits, own))',
            'if one["n"]} and any(map(_fits, own))',
            "test_one_sample_that_fits_does_not_outweigh_another_that_does_not",
        ),
        (
            "every word fits",
            ' and set(words.values()) <= {FITS[sample["of"]]}',
            "",
            "test_a_plan_needs_every_drawn_item_to_fit",
        ),
        (
            "samples of an earlier scope do not count",
            "    own = of_scope(scope, samples)\n",
            "    own = list(samples)\n",
            "test_another_scope_needs_other_samples",
        ),
        (
            "no scope counts fewer items than were left",
            'max(int(part["items"]), int(part["before"]))',
            'int(part["items"])',
            "test_a_container_that_is_still_there_is_not_narrowed_away",
        ),
        (
            "who looked at samples has said what the order covers",
            'return looked | ({scope["officer"]} if',
            'return ({scope["officer"]} if',
            "test_who_looked_at_a_sample_is_kept",
        ),
    ),
    *lines(
        "core/case_fold.py",
        ORDERS,
        (
            "what an earlier round ran on stays",
            "case.parts = {name: dict(one) for name, one in earlier.items()}",
            "case.parts = {}",
            "test_a_container_that_is_still_there_is_not_narrowed_away",
        ),
        (
            "a round keeps how containers stood when it began",
            '{**new_round(case.number + 1), "parts": case.parts}',
            "new_round(case.number + 1)",
            "test_a_container_that_is_still_there_is_not_narrowed_away",
        ),
        (
            "a scope after a run begins another round",
            '    if case.begun:\n        case.rounds.append({**new_round(case.number + 1), "parts": case.parts})\n',
            "",
            "test_the_state_of_an_order_follows_from_its_acts",
        ),
        (
            "what is read back of containers counts",
            'plan=said["plan"]))\n    _saw(case, rows)\n    _saw_parts(case, said)\n',
            'plan=said["plan"]))\n    _saw(case, rows)\n',
            "test_a_reading_back_that_finds_something_there_again_counts_it_again",
        ),
        (
            "a word does not pass to another obligation",
            "    case.met = {key: word for key, word in case.met.items() if key in same}\n",
            "",
            "test_a_word_stays_on_an_obligation_that_stays_and_on_no_other",
        ),
        (
            "only what is declared counts for a day on which it was due",
            '    if said["how"] == Met.DECLARED.value:\n',
            "    if True:\n",
            "test_the_words_on_what_repeats_count_since_the_last_one_was_taken_back",
        ),
        (
            "what was taken back counts for no day",
            'times = [] if said["how"] == Met.TAKEN_BACK.value else before',
            "times = before",
            "test_the_words_on_what_repeats_count_since_the_last_one_was_taken_back",
        ),
        (
            "what was seen before a scope is not seen of it",
            '{"how": how, **sizes, "seen": {}, "round"',
            '{"how": how, **sizes, "seen": known["seen"] if known else {}, "round"',
            "test_what_is_found_again_after_it_was_gone_is_to_be_done_again",
        ),
    ),
    *lines(
        "core/shapes.py",
        ORDERS,
        (
            "no container is in a scope twice",
            "all(map(part, value)) and len({one[0] for one in value}) == len(value)",
            "all(map(part, value))",
            "test_containers_that_say_nonsense_are_malformed",
        ),
        (
            "no obligation has the id of another one",
            'each(value) and len({one["id"] for one in value}) == len(value)',
            "each(value)",
            "test_obligations_that_say_nonsense_are_malformed",
        ),
        (
            "no more items are in the scope than there are",
            " and all(number(n) for n in one[2:]) and one[2] + one[6] <= one[4]",
            " and all(number(n) for n in one[2:])",
            "test_containers_that_say_nonsense_are_malformed",
        ),
    ),
    *lines(
        "core/orders.py",
        ORDERS,
        (
            "what repeats has a first day",
            "            found = replace(found, due=_after(served, found.every or None))\n",
            "            pass\n",
            "test_what_repeats_begins_after_one_period_where_no_first_day_is_known",
        ),
        (
            "what repeats is due each time",
            "for n in range((last - first).days // every + 1)]",
            "for n in range(1)]",
            "test_what_repeats_is_due_each_time_up_to_the_day_that_is_asked_for",
        ),
    ),
    *lines(
        "evidence/verifying/check_bundle.py",
        COPY,
        (
            "the verifier keeps an order's law",
            'fold.require(not fold.closed and (said["law"] == "order") == fold.order_case, said)',
            "fold.require(not fold.closed, said)",
            f"{COPIED} -k law_fits",
        ),
        (
            "the verifier refuses photos under an order",
            "fold.require(not (fold.closed or fold.order_case), said)",
            "fold.require(not fold.closed, said)",
            f"{COPIED} -k is_person",
        ),
        (
            "the verifier refuses searches under an order",
            "fold.require(fold.identified and not fold.order_case, said)",
            "fold.require(fold.identified, said)",
            f"{COPIED} -k is_person",
        ),
        (
            "the verifier refuses words on candidates under an order",
            "        self.require(not self.order_case, said)\n",
            "",
            f"{COPIED} -k is_person",
        ),
        (
            "the verifier refuses links under an order",
            "    fold.require(not fold.order_case, said)\n    pair",
            "    pair",
            f"{COPIED} -k is_person",
        ),
        (
            "the verifier refuses treatments under an order",
            "    fold.require(not fold.order_case, said)\n    fold.treat",
            "    fold.treat",
            f"{COPIED} -k is_person",
        ),
        (
            "the verifier refuses single items in an order's plan",
            "        fold.require(not fold.order_case, said)\n        item, chosen",
            "        item, chosen",
            f"{COPIED} -k planned-only_hits",
        ),
        (
            "the verifier refuses a plan of what was not sampled",
            " or (fold.order_case and not fold.sampled())\n",
            "\n",
            f"{COPIED} -k planned-is_reviewed",
        ),
        (
            "the verifier refuses approvals by who said what the order covers",
            '        deciders |= {one["officer"] for one in fold.scopes[-1:]} | {k for',
            "        deciders |= {k for",
            f"{COPIED} -k may_approve",
        ),
        (
            "the verifier refuses approvals by who looked at samples",
            ' | {k for one in fold.own_samples() for k in one["by"]}',
            "",
            f"{COPIED} -k may_approve",
        ),
        (
            "the verifier adds a scope up",
            "    fold.require([*sums, rest, sums[0]] == ",
            "    fold.require(sums or ",
            f"{COPIED} -k scope_adds_up",
        ),
        (
            "the verifier refuses a whole that holds something else",
            '    fold.require(all(one[2] == one[4] for one in inside if one[1] == "whole"), said)\n',
            "",
            f"{COPIED} -k scope_adds_up",
        ),
        (
            "the verifier refuses items of what is not known",
            'any(one[2] or one[3] for one in said["parts"]',
            'any(False for one in said["parts"]',
            f"{COPIED} -k scope_adds_up",
        ),
        (
            "the verifier refuses a sample of another scope",
            '    fold.require((said["scope"], said["population"]) == (scope["act"], population), said)\n',
            "",
            f"{COPIED} -k of_newest_scope",
        ),
        (
            "the verifier refuses words on what was not drawn",
            '("belongs", "not", "unsure") and place in places, said)',
            '("belongs", "not", "unsure"), said)',
            f"{COPIED} -k drawn_items",
        ),
        (
            "the verifier refuses words on obligations that the order has not",
            'fold.require(said["obligation"] in known, said)',
            "fold.require(True, said)",
            f"{COPIED} -k obligation_known",
        ),
        (
            "the verifier keeps what an earlier round ran on",
            "fold.containers = {name: dict(one) for name, one in earlier.items()}",
            "fold.containers = {}",
            "test_what_the_program_allows_the_verifier_allows",
        ),
        (
            "the verifier takes words on other obligations back",
            "    fold.met = {key: word for key, word in fold.met.items() if key in same}\n",
            "",
            "test_after_any_acts_of_an_order_that_were_allowed_the_verifier_sees_the_same_case",
        ),
    ),
)
