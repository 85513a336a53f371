"""Ties by account id: within one key space, against contradictions, and told where they are not followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsr_desk.core.findings import Identifiers, ReasonKind, SearchResult
from dsr_desk.core.message import message
from dsr_desk.search.index.folder import Index
from dsr_desk.search.records.identifiers import is_placeholder
from dsr_desk.search.search import SubjectQuery, search
from search_fakes import build_fake


def searched(folder: Path, addressed, tables: dict[str, str], identifiers: Identifiers) -> SearchResult:
    paths = []
    for name, text in tables.items():
        (folder / name).write_text(text, encoding="utf-8")
        paths.append(folder / name)
    build_fake(paths, folder / "t.dsrindex", addressed=addressed)
    with Index.open(folder / "t.dsrindex", addressed.secret) as index:
        return search([index], SubjectQuery(identifiers=identifiers))


def tied(result: SearchResult) -> dict[str, list[float]]:
    """Scores of links by the table of the record that is tied."""
    found: dict[str, list[float]] = {}
    for one in result.candidates:
        for reason in one.reasons:
            if reason.kind is ReasonKind.LINK:
                found.setdefault(one.address.container, []).append(reason.score)
    return found


ANN = Identifiers(emails=("ann@x.org",))
USERS = "id,name,email\n37,Ann Lee,ann@x.org\n38,Bob Stone,bob@x.org\n"


def test_a_number_in_another_tables_own_key_ties_nobody_and_is_told(tmp_path, addressed):
    others = "id,name\n37,Carl Moss\n38,Dora Finch\n"
    result = searched(tmp_path, addressed, {"users.csv": USERS, "suppliers.csv": others}, ANN)
    assert tied(result) == {}
    told = {line.code: line.values["count"] for line in result.statement}
    assert told["statement.link.elsewhere"] == 1


def test_a_column_that_names_a_table_refers_to_its_key(tmp_path, addressed):
    orders = "id,user_id,goods\n1,37,lamp\n2,38,chair\n3,37,desk\n"
    result = searched(tmp_path, addressed, {"users.csv": USERS, "orders.csv": orders}, ANN)
    assert tied(result) == {"orders.csv": [1.0, 1.0]}


def test_a_tied_record_of_another_name_and_birth_date_is_lowered_says_so_and_brings_nothing(tmp_path, addressed):
    table = (
        "account_id,member_id,name,born,email\n"
        "A-77,,Ann Lee,1980-05-17,ann@x.org\n"
        "A-77,M-9,Gustav Berg,1955-01-02,\n"
        ",M-9,Gustav Berg,1955-01-02,\n"
    )
    result = searched(tmp_path, addressed, {"t.csv": table}, ANN)
    assert tied(result) == {"t.csv": [0.3]}
    (says,) = [reason.says for one in result.candidates for reason in one.reasons if reason.kind is ReasonKind.LINK]
    assert says.say().endswith("but another name and another date of birth")


def test_an_id_that_many_people_share_is_followed_to_nobody_and_counted(tmp_path, addressed):
    names = ("Gustav Berg", "Olga Petrova", "Hiro Tanaka", "Maria Silva")
    table = "account_id,name,email\nX10023,Ann Lee,ann@x.org\n" + "".join(f"X10023,{name},\n" for name in names)
    result = searched(tmp_path, addressed, {"t.csv": table}, ANN)
    assert tied(result) == {}
    assert message("statement.link.shared", count=4, column="account_id", name="t") in result.statement


@pytest.mark.parametrize("filler", ["n/a", "0000000", "unknown", "99999", "NULL", "-", "1970-01-01", "test@test.com"])
def test_a_filler_ties_nobody(tmp_path, addressed, filler):
    assert is_placeholder(filler)
    table = f"account_id,name,email\n{filler},Ann Lee,ann@x.org\n{filler},,\n"
    assert tied(searched(tmp_path, addressed, {"t.csv": table}, ANN)) == {}


def test_an_account_id_in_a_record_of_somebody_else_is_no_certain_hit(tmp_path, addressed):
    table = "account_id,name\n37,Gustav Berg\n37,Ann Lee\n"
    known = Identifiers(names=("Ann Lee",), account_ids=("37",))
    result = searched(tmp_path, addressed, {"t.csv": table}, known)
    assert sorted(one.best_score for one in result.candidates) == [0.6, 1.0]


def test_a_short_number_alone_is_no_certain_hit_and_says_why(tmp_path, addressed):
    result = searched(tmp_path, addressed, {"t.csv": "account_id,note\n37,a\n38,b\n"}, Identifiers(account_ids=("37",)))
    (reason,) = [reason for one in result.candidates for reason in one.reasons]
    assert reason.score == 0.6
    assert "a short number, which others may have too" in reason.says.say()
