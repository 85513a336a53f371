"""The small copy of the rules in the verifier: each line that refuses something."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "evidence/verifying/check_bundle.py",
        "tests/unit/core/test_core_in_the_verifier.py",
        (
            "in the verifier: speak 1",
            "            self.require(item is not None and word in _VERDICTS, said)",
            "            pass",
            "",
        ),
        (
            "in the verifier: speak 2",
            '            self.require(open_ and not (known and known[-1][2] == said["act"]), said)',
            "            pass",
            "",
        ),
        (
            "in the verifier: facts 1",
            (
                "def _facts(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    fold.req"
                'uire(not fold.closed and (said["law"] == "order") == fold.order_case, said)'
            ),
            "def _facts(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    pass",
            "",
        ),
        (
            "in the verifier: identity 1",
            (
                "def _identity(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    fold."
                "require(not fold.closed, said)"
            ),
            "def _identity(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    pass",
            "",
        ),
        (
            "in the verifier: reference 1",
            (
                "def _reference(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    fold"
                ".require(not (fold.closed or fold.order_case), said)"
            ),
            "def _reference(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    pass",
            "",
        ),
        (
            "in the verifier: searched 1",
            "    fold.require(fold.identified and not fold.order_case, said)",
            "    pass",
            "",
        ),
        (
            "in the verifier: searched 2",
            "        fold.require(not (fold.closed or unread or fold.has_approved_plan()), said)",
            "        pass",
            "",
        ),
        (
            "in the verifier: searched 3",
            "        fold.require(fold.ran is not None, said)",
            "        pass",
            "",
        ),
        (
            "in the verifier: searched 4",
            '    for name, word in rows(said["seq"]) if review else ():',
            '    for name, word in rows(said["seq"]):',
            "",
        ),
        (
            "in the verifier: decided 1",
            (
                "def _decided(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    fold.r"
                "equire(not fold.closed and not fold.has_approved_plan(), said)"
            ),
            "def _decided(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    pass",
            "",
        ),
        (
            "in the verifier: second 1",
            (
                "def _second(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    fold.re"
                "quire(not fold.closed and not fold.has_approved_plan(), said)"
            ),
            "def _second(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    pass",
            "",
        ),
        (
            "in the verifier: second 2",
            ('        fold.require(item is not None and item.words and item.words[-1][1] != said["officer"], said)'),
            "        pass",
            "",
        ),
        (
            "in the verifier: second 3",
            "        fold.require(item is None or not item.second or item.second[-1][3] <= asked, said)",
            "        pass",
            "",
        ),
        (
            "in the verifier: settled 1",
            (
                "def _settled(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    fold.r"
                "equire(not fold.closed and not fold.has_approved_plan(), said)"
            ),
            "def _settled(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    pass",
            "",
        ),
        (
            "in the verifier: settled 2",
            '        fold.require(two is not None and said["officer"] not in two, said)',
            "        pass",
            "",
        ),
        (
            "in the verifier: link 1",
            (
                "def _link(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    fold.requ"
                "ire(not fold.closed and not fold.has_approved_plan(), said)"
            ),
            "def _link(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    pass",
            "",
        ),
        (
            "in the verifier: treated 1",
            (
                "def _treated(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    fold.r"
                "equire(not fold.closed and not fold.has_approved_plan(), said)"
            ),
            "def _treated(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    pass",
            "",
        ),
        (
            "in the verifier: disposition 1",
            '    fold.require(not fold.closed or said["kind_"] == "observed", said)',
            "    pass",
            "",
        ),
        (
            "in the verifier: planned 1",
            "    fold.require(fold.right in _DELETES and fold.identified and not waiting, said)",
            "    pass",
            "",
        ),
        (
            "in the verifier: planned 2",
            ('    fold.require(said["parts"] == {**fold.parts(), "dispositions": fold.decided_on_models()}, said)'),
            "    pass",
            "",
        ),
        (
            "in the verifier: planned 3",
            ('    fold.require(said["basis"] == _digest({"parts": said["parts"], "indexes": said["indexes"]}), said)'),
            "    pass",
            "",
        ),
        (
            "in the verifier: planned 4",
            ('    fold.require(set(said["indexes"]) == {key for one in searched for key in one["indexes"]}, said)'),
            "    pass",
            "",
        ),
        (
            "in the verifier: planned 5",
            '            fold.require(item.verdict == "same" and word == chosen, said)',
            "            pass",
            "",
        ),
        (
            "in the verifier: planned 6",
            ('            fold.require(word in ("along-erase", "along-mask") and name not in fold.treatments, said)'),
            "            pass",
            "",
        ),
        (
            "in the verifier: planned 7",
            ('    fold.require(count == sum(one["items"] for one in said["told"]["told"]["actions"]), said)'),
            "    pass",
            "",
        ),
        (
            "in the verifier: approved 1",
            ('    fold.require(fold.plan_holds(said) and not (fold.round["actions"] or fold.undecided()), said)'),
            "    pass",
            "",
        ),
        (
            "in the verifier: approved 2",
            '    fold.require(fold.roster.added.get(said["officer"], -1) <= plan["seq"], said)',
            "    pass",
            "",
        ),
        (
            "in the verifier: approved 3",
            '        fold.require(said["officer"] not in deciders, said)',
            "        pass",
            "",
        ),
        (
            "in the verifier: withdrawn 1",
            '    fold.require(round_["plan"] and not round_["actions"] and not fold.closed, said)',
            "    pass",
            "",
        ),
        (
            "in the verifier: withdrawn 2",
            '    fold.require(said["plan"] == round_["plan"]["plan"], said)',
            "    pass",
            "",
        ),
        (
            "in the verifier: begun 1",
            (
                "def _begun(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    fold.req"
                "uire(_may_be_done(fold, said), said)"
            ),
            "def _begun(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    pass",
            "",
        ),
        (
            "in the verifier: begun 2",
            ('    fold.require(not others and (known is None or known["state"] not in ("done", "waiting")), said)'),
            "    pass",
            "",
        ),
        (
            "in the verifier: handed over 1",
            (
                "def _handed_over(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    fo"
                "ld.require(_may_be_done(fold, said), said)"
            ),
            "def _handed_over(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    pass",
            "",
        ),
        (
            "in the verifier: outcome 1",
            "    fold.require(round_ is not None, said)",
            "    pass",
            "",
        ),
        (
            "in the verifier: outcome 2",
            ('    fold.require(here or declared or (said["by"] == "answer" and said["plan"] in fold.handed), said)'),
            "    pass",
            "",
        ),
        (
            "in the verifier: derived 1",
            (
                "def _derived(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    fold.r"
                "equire(fold.ran is not None, said)"
            ),
            "def _derived(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    pass",
            "",
        ),
        (
            "in the verifier: read back 1",
            "    fold.require(ran is not None, said)",
            "    pass",
            "",
        ),
        (
            "in the verifier: validated 1",
            ('    fold.require(round_ is not None and said["read_back"] == round_["reads"][-1]["act"], said)'),
            "    pass",
            "",
        ),
        (
            "in the verifier: validated 2",
            (
                '    fold.require(not (fold.roster.policy["validator_not_operator"] and said["off'
                'icer"] in fold.operators), said)'
            ),
            "    pass",
            "",
        ),
        (
            "in the verifier: stated 1",
            (
                "def _stated(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    fold.re"
                "quire(not fold.closed, said)"
            ),
            "def _stated(fold: Fold, said: dict[str, Any], rows: RowsOf) -> None:\n    pass",
            "",
        ),
        (
            "in the verifier: sealable 1",
            "    fold.require(said_something and not unread, said)",
            "    pass",
            "",
        ),
        (
            "in the verifier: closed 1",
            '    fold.require(bool(fold.closed) == (said["kind_"] == "reopened"), said)',
            "    pass",
            "",
        ),
        (
            "in the verifier: what a plan rests on 1",
            '            and said["plan"] == plan["plan"]\n',
            "",
            "",
        ),
        (
            "in the verifier: what a plan rests on 2",
            '            and said.get("planned", plan["act"]) == plan["act"]\n',
            "",
            "",
        ),
        (
            "in the verifier: what a plan rests on 3",
            '            and said["basis"] == plan["basis"]\n',
            "",
            "",
        ),
        (
            "in the verifier: what a plan rests on 4",
            ('            and all(_as_planned(at, said["indexes"].get(key)) for key, at in plan["indexes"].items())\n'),
            "",
            "",
        ),
        (
            "in the verifier: what a plan rests on 5",
            '            and all(plan["parts"][name] == now for name, now in parts.items())\n',
            "",
            "",
        ),
        (
            "in the verifier: what a plan rests on 8",
            "            and not self.closed\n",
            "",
            "",
        ),
    ),
    *lines(
        "evidence/verifying/check_bundle.py",
        "tests/unit/evidence/contents/test_evidence_bound.py",
        (
            "in the verifier: acts that count something have no rows",
            ' if "root" in act["open"] else 0',
            "",
            "tests/unit/app/proof/test_app_required.py::test_after_the_end_a_bundle_says_when_the_photos_were_dest"
            "royed_and_until_when_the_file_is_kept",
        ),
        (
            "in the verifier: rows are those that were signed",
            '        if (count, root.hex()) != (wanted, act["open"]["root"]):',
            "        if False:",
            "tests/unit/evidence/signed/test_evidence_log.py::test_rows_that_were_changed_are_seen",
        ),
        (
            "in the verifier: no rows but those of entries",
            "        if self._rows_file.seek(0, io.SEEK_END) != self._rows_read:",
            "        if False:",
            "tests/unit/evidence/signed/test_evidence_log.py::test_rows_of_no_entry_are_seen",
        ),
    ),
)
