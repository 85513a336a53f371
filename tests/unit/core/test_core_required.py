"""The table of required content: every law has its rows, every field its name, and the newest statement counts."""

from __future__ import annotations

from itertools import product

import acts_by_hand as hand
import pytest

from dsr_desk.core.acts import Kind
from dsr_desk.core.case import Case
from dsr_desk.core.catalogue import catalogue
from dsr_desk.core.language import LANGUAGES
from dsr_desk.core.requests import Law, Right
from dsr_desk.core.required import Document, asked_fields, document_of, fields_of

EVERYWHERE = {"outcome", "photo", "recipients", "kept", "contact"}
"""What every reader of every document learns: what was done, what became of the photo, who was told, how long it is
kept, whom to ask."""


@pytest.mark.parametrize("law", Law)
def test_every_law_asks_for_something_in_every_document_that_it_has(law: Law) -> None:
    for document, right in product(Document, Right):
        asked = [one.field for one in asked_fields(law, right, document_of(law, document))]
        if document is Document.ORDER and law is not Law.ORDER:
            assert asked == []
        else:
            assert set(asked) >= EVERYWHERE, (document, right)
            assert len(asked) == len(set(asked)), (document, right)


def test_every_field_has_its_name_in_every_language_and_every_name_its_field() -> None:
    fields = {f"required.field.{field}" for law in Law for field in fields_of(law)}
    for language in LANGUAGES:
        assert fields == {code for code in catalogue(language) if code.startswith("required.field.")}


def test_an_order_has_one_kind_of_document_whoever_reads_it() -> None:
    assert document_of(Law.ORDER, Document.REQUESTER) is document_of(Law.ORDER, Document.REGULATOR) is Document.ORDER
    assert document_of(Law.ORDER, Document.LETTER) is Document.LETTER
    assert document_of(Law.CCPA, Document.REGULATOR) is Document.REGULATOR


def test_the_gdpr_asks_by_article_and_otherwise_for_access_than_for_erasure() -> None:
    erasure = {one.field: one.source for one in asked_fields(Law.EU_GDPR, Right.ERASURE, Document.REQUESTER)}
    access = {one.field: one.source for one in asked_fields(Law.EU_GDPR, Right.ACCESS, Document.REQUESTER)}
    assert erasure["recipients"] == "GDPR Art. 19"
    assert access["recipients"] == "GDPR Art. 15(1)(c)"
    assert erasure["court"] == "GDPR Art. 12(4), 79"
    assert "purposes" in access.keys() - erasure.keys()
    assert "officer" in erasure.keys() & access.keys()


def test_an_order_under_american_law_asks_for_a_sworn_statement() -> None:
    asked = {one.field: one.source for one in asked_fields(Law.ORDER, Right.ERASURE, Document.ORDER)}
    assert asked["sworn"] == "28 U.S.C. § 1746"


def test_the_newest_statement_on_a_field_counts_and_a_snapshot_keeps_it() -> None:
    world = hand.opened()
    world.do(Kind.STATED, {"law": "lgpd", "field": "court", "state": "not-yet-known"})
    world.do(Kind.STATED, {"law": "lgpd", "field": "court", "state": "stated"})
    newest = world.case.stated["lgpd court"]
    assert (newest["state"], newest["seq"]) == ("stated", world.case.head)
    assert Case.load(world.case.dump()).stated == world.case.stated


def test_what_is_stated_for_every_case_is_kept_by_law_and_field() -> None:
    world = hand.opened()
    for law, state in (("eu-gdpr", "stated"), ("ccpa", "not-applicable"), ("eu-gdpr", "not-yet-known")):
        world.on_vault(Kind.STATED_GENERALLY, {"law": law, "field": "court", "state": state})
    assert {key: said[1] for key, said in world.roster.stated.items()} == {
        "eu-gdpr court": "not-yet-known",
        "ccpa court": "not-applicable",
    }
