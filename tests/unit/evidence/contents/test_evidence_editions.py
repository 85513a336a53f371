"""What each edition holds, and what never leaves the house."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from evidence_sample import drawn_face, hit, look, quiet, told
from PIL import Image

from dsr_desk.core.actions import Seen
from dsr_desk.core.items import ItemAddress
from dsr_desk.core.message import message, quoted
from dsr_desk.core.requests import Right
from dsr_desk.evidence.contents.content import Edition, EvidenceContent, FaceCrop
from dsr_desk.evidence.contents.editions import registers
from dsr_desk.evidence.report.crops import LARGEST, CropRefused
from dsr_desk.evidence.seal import PersonalDataInside, seal, sign
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.signed.statement import PREDICATE_TYPE, STATEMENT_TYPE
from dsr_desk.evidence.verifying.check_bundle import EVIDENCE, members_of


def files_of(content: EvidenceContent, edition: Edition, signer: Signer) -> dict[str, bytes]:
    members = members_of(sign(told(content), edition, signer, "en").in_memory[EVIDENCE])
    return {name.removeprefix("data/"): data for name, data in members.items() if name.startswith("data/")}


def asked_for_access(content: EvidenceContent) -> EvidenceContent:
    """Nothing is deleted then."""
    return replace(
        content, case=replace(content.case, right=Right.ACCESS), searches=content.searches[:1], actions=(),
        read_backs=(), retained=(), told=(), backups=(),
    )  # fmt: skip


def test_the_same_content_and_key_give_the_same_archive(content: EvidenceContent, signer: Signer) -> None:
    for edition in Edition:
        first, second = (sign(content, edition, signer, "de").in_memory[EVIDENCE] for _ in range(2))
        assert first == second


def test_the_same_holds_for_an_rsa_key(content: EvidenceContent, rsa_signer: Signer) -> None:
    first, second = (sign(content, Edition.REGULATOR, rsa_signer, "en").digest for _ in range(2))
    assert first == second


def test_no_byte_of_the_regulator_edition_is_of_a_picture_a_person_or_a_salt(
    content: EvidenceContent, signer: Signer
) -> None:
    files = files_of(asked_for_access(content), Edition.REGULATOR, signer)
    del files["check_bundle.py"]  # which knows how pictures are shown
    archive = b"".join(files.values())
    assert b"data:image" not in archive
    for magic in (b"\xff\xd8\xff", b"\x89PNG", b"/9j/", b"iVBOR"):
        assert magic not in archive
    for person in ("Mara", "Lindqvist", *content.other_identifiers):
        assert person.encode() not in archive
    for item in content.hits:
        for secret in (item.salt, bytes.fromhex(item.digest)):
            for form in (secret, secret.hex().encode(), base64.b64encode(secret)):
                assert form not in archive


def test_an_identifier_in_a_reason_stops_the_regulator_edition(content: EvidenceContent, signer: Signer) -> None:
    first, *others = content.models
    planned = replace(first.planned, reason="JONAS.WEBER@mail.example is in it too")  # type: ignore[type-var]
    slipped = replace(content, models=(replace(first, planned=planned), *others))
    with pytest.raises(PersonalDataInside) as raised:
        sign(told(slipped), Edition.REGULATOR, signer, "en")
    assert "jonas" not in str(raised.value).lower()


def test_the_regulator_sees_scope_dispositions_custody_and_the_journal(
    content: EvidenceContent, signer: Signer
) -> None:
    files = files_of(content, Edition.REGULATOR, signer)
    scope = json.loads(files["scope.json"])
    assert [one["index"] for one in scope["searched"]] == ["portraits", "profiles"]
    assert scope["gaps"] == [
        {
            "what": quoted("photos of dataset portraits@2025-11").as_json(),
            "why": quoted("unreadable files").as_json(),
            "count": 2,
        }
    ]
    models = {model["name"]: model for model in json.loads(files["lineage.json"])["models"]}
    assert models["kiosk-tuned"]["observed"]["disposition"] == "destroyed"
    assert models["facenet-base"]["observed"] is None
    assert json.loads(files["custody.jsonl"].splitlines()[0])["who"] == "Iris Novak"
    lines = [json.loads(line) for line in files["log/leaves.jsonl"].splitlines()]
    assert all(("envelope" in line) != ("others" in line) for line in lines)
    acts = [json.loads(line["act"]) for line in lines if "act" in line]
    assert sum(act["case"] != "" for act in acts) == content.journal.entries
    assert [act["kind"] for act in acts if not act["case"]] == ["officer-added"] * 2
    assert files["lineage.svg"].startswith(b"<svg")
    kinds = [json.loads(line)["kind"] for line in files["actions.jsonl"].splitlines()]
    assert kinds == ["erase-items", "erase-rows", "hold", "tell-recipient", "backup"]


def test_the_requester_gets_no_internals(content: EvidenceContent, signer: Signer) -> None:
    files = files_of(content, Edition.REQUESTER, signer)
    assert not {"actions.jsonl", "custody.jsonl", "lineage.svg"} & set(files)
    everything = b"".join(data for name, data in files.items() if name != "check_bundle.py")
    for internal in (b"photos-000.tar", b"Iris Novak", b"mlflow.db", b"engine 1.3"):
        assert internal not in everything
    opened = [line["opened"] for line in map(json.loads, files["log/leaves.jsonl"].splitlines()) if "opened" in line]
    assert not {"inside", "theirs", "responsible", "by"} & {name for one in opened for name in one}


def test_she_can_check_the_salted_hash_of_her_own_photo(content: EvidenceContent, signer: Signer) -> None:
    first = json.loads(files_of(content, Edition.REQUESTER, signer)["hits.jsonl"].splitlines()[0])
    digest = hashlib.sha256(b"stored bytes 1").digest()
    assert hashlib.sha256(bytes.fromhex(first["salt"]) + digest).hexdigest() == first["salted_hash"]


def test_what_another_room_holds_never_leaves_the_house_whole(content: EvidenceContent, signer: Signer) -> None:
    """A model's node knows namespaces and digests, a face its place: only what an edition names of them is written."""
    files = files_of(content, Edition.REGULATOR, signer)
    assert b"inside.example" not in b"".join(files.values())
    address = ItemAddress("portraits", "photos-000.tar", "folder/mara.jpg", "ab" * 32)
    slipped = replace(content, organisation=replace(content.organisation, address=address))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a bundle holds no ItemAddress"):
        registers(slipped, Edition.REGULATOR, "en")


def test_pictures_are_shown_in_access_cases_to_the_requester_alone(content: EvidenceContent, signer: Signer) -> None:
    asked = asked_for_access(content)
    for shown, case, edition in (
        (9, asked, Edition.REQUESTER), (0, content, Edition.REQUESTER), (0, asked, Edition.REGULATOR),
    ):  # fmt: skip
        assert files_of(case, edition, signer)["report.html"].count(b"data:image/jpeg;base64,") == shown


def test_a_picture_is_a_small_face_without_metadata(content: EvidenceContent, signer: Signer) -> None:
    buffer = io.BytesIO()
    tagged = Image.Exif()
    tagged[0x010E] = "taken at Mara's home"
    Image.open(io.BytesIO(drawn_face("#d8a27a"))).convert("RGB").save(buffer, "JPEG", exif=tagged)
    asked = replace(quiet(asked_for_access(content)), hits=(hit(1, crop=FaceCrop(buffer.getvalue(), "ab" * 32, 1)),))
    report = files_of(asked, Edition.REQUESTER, signer)["report.html"]
    picture = base64.b64decode(report.split(b"data:image/jpeg;base64,")[1].split(b'"')[0])
    assert b"home" not in picture
    with Image.open(io.BytesIO(picture)) as shown:
        assert max(shown.size) <= LARGEST
        assert not shown.getexif()


@pytest.mark.parametrize("crop", [FaceCrop(drawn_face("#d8a27a"), "ab" * 32, 2), FaceCrop(b"no picture", "ab" * 32, 1)])
def test_a_picture_with_two_faces_or_of_nothing_is_refused(
    crop: FaceCrop, content: EvidenceContent, signer: Signer, tmp_path: Path
) -> None:
    asked = replace(quiet(asked_for_access(content)), hits=(hit(1, crop=crop),))
    with pytest.raises(CropRefused):
        seal(told(asked), Edition.REQUESTER, signer, tmp_path / "open-me.html")
    assert list(tmp_path.iterdir()) == []


def test_nothing_found_is_an_edition_that_does_not_claim_that_there_is_nothing(
    nothing_found: EvidenceContent, signer: Signer
) -> None:
    for edition in Edition:
        files = files_of(nothing_found, edition, signer)
        assert files["hits.jsonl"] == b""
        report = files["report.html"].decode()
        assert "no proof that there is none" in report
        assert "unreadable files" in report
        assert "gone" not in report.split("<h2>What this bundle")[0]


def test_the_weakest_item_sets_the_headline(content: EvidenceContent, signer: Signer) -> None:
    gone = tuple(replace(entry, seen=Seen.GONE) for entry in content.read_backs)
    all_gone = replace(content, read_backs=gone, retained=())
    assert "All 10 are deleted there" in files_of(all_gone, Edition.REQUESTER, signer)["report.html"].decode()
    again = look("portraits", "search again", Seen.STILL_THERE, "2026-03-11T10:00:00Z", "Ben Okafor", ("item-0002",))
    one_left = replace(all_gone, read_backs=(*gone, again))
    assert one_left.outcomes["item-0002"] is Seen.STILL_THERE
    report = files_of(one_left, Edition.REQUESTER, signer)["report.html"].decode()
    assert "All 10 are deleted there" not in report
    assert "9 ✓ gone, 1 ■ still there" in report


def test_a_model_that_nobody_saw_destroyed_remains(content: EvidenceContent, signer: Signer) -> None:
    gone = tuple(replace(entry, seen=Seen.GONE) for entry in content.read_backs)
    left = replace(content, read_backs=gone, retained=(), backups=())
    report = files_of(left, Edition.REQUESTER, signer)["report.html"].decode()
    remains = report.split("<h2>What remains and why</h2>")[1].split("</section>")[0]
    assert "Model facenet-base@1" in remains
    assert "kiosk-tuned" not in remains
    assert "audit-model" not in remains
    assert "Nothing that we know of remains" not in report
    settled = replace(left, models=left.models[1:])
    assert "Nothing that we know of remains" in files_of(settled, Edition.REQUESTER, signer)["report.html"].decode()


def test_a_doubt_about_a_whole_place_forbids_to_say_that_all_is_gone(content: EvidenceContent, signer: Signer) -> None:
    gone = tuple(replace(entry, seen=Seen.GONE) for entry in content.read_backs)
    doubt = look("all shards", "near-duplicates", Seen.NOT_LOOKED, "2026-03-11T10:00:00Z", "Ben Okafor")
    doubted = replace(content, read_backs=(*gone, doubt), retained=(), backups=())
    for edition in Edition:
        files = files_of(doubted, edition, signer)
        report = files["report.html"].decode()
        assert "All 10 are deleted there" not in report
        assert "Nothing that we know of remains" not in report
        assert "near-duplicates: ▲ nobody looked" in report
        envelope = json.loads(files["statement.dsse.json"])
        said = json.loads(base64.b64decode(envelope["payload"]))["predicate"]
        how = quoted("near-duplicates").as_json()
        assert said["doubts"] == [{"how": how, "says": how, "seen": "could not look"}]


def test_digests_in_the_custody_of_items_are_salted_too(content: EvidenceContent, signer: Signer) -> None:
    first = content.hits[0]
    files = files_of(content, Edition.REGULATOR, signer)
    events = [json.loads(line) for line in files["custody.jsonl"].splitlines()]
    of_first = [(one["why"], one["before"], one["after"]) for one in events if one["item"] == "item-0001"]
    assert of_first == [("decided", first.salted_hash, first.salted_hash), ("gone", first.salted_hash, "")]
    assert first.digest.encode() not in b"".join(files.values())


def test_an_officer_who_bears_the_name_of_the_person_does_not_stop_the_sealing(
    content: EvidenceContent, signer: Signer
) -> None:
    assert files_of(replace(content, other_identifiers=("Novak", "Okafor")), Edition.REGULATOR, signer)
    held = replace(content, retained=(replace(content.retained[0], ground="asked for by Novak"),))
    with pytest.raises(PersonalDataInside):
        files_of(replace(held, other_identifiers=("Novak",)), Edition.REGULATOR, signer)


def test_an_identifier_that_is_a_word_of_the_report_does_not_stop_the_sealing(
    content: EvidenceContent, signer: Signer
) -> None:
    assert files_of(replace(content, other_identifiers=("photos", "journal")), Edition.REGULATOR, signer)


def test_an_identifier_is_found_however_html_spells_it(content: EvidenceContent, signer: Signer) -> None:
    held = replace(content.retained[0], ground="written by O'Neil & Sons")
    slipped = replace(content, retained=(held,), other_identifiers=("O'Neil & Sons",))
    with pytest.raises(PersonalDataInside):
        files_of(slipped, Edition.REGULATOR, signer)


def test_what_nobody_read_back_is_never_called_gone(content: EvidenceContent, signer: Signer) -> None:
    unread = replace(
        content, searches=content.searches[:1], read_backs=(), retained=(), actions=(), told=(), backups=()
    )
    assert {unread.outcomes[hit.ref] for hit in unread.hits} == {Seen.NOT_LOOKED}
    files = files_of(unread, Edition.REQUESTER, signer)
    assert "✓ gone" not in files["report.html"].decode()
    envelope = json.loads(files["statement.dsse.json"])
    predicate = json.loads(base64.b64decode(envelope["payload"]))["predicate"]
    assert predicate["outcomes"] == {"could not look": 10}
    assert message("declared.not-read-back").as_json() in predicate["declared"]


def test_the_statement_names_every_file_with_its_digest(content: EvidenceContent, signer: Signer) -> None:
    files = files_of(content, Edition.REGULATOR, signer)
    envelope = json.loads(files.pop("statement.dsse.json"))
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    statement = json.loads(base64.b64decode(envelope["payload"]))
    assert (statement["_type"], statement["predicateType"]) == (STATEMENT_TYPE, PREDICATE_TYPE)
    assert {one["name"]: one["digest"]["sha256"] for one in statement["subject"]} == {
        f"data/{name}": hashlib.sha256(data).hexdigest() for name, data in files.items()
    }


def test_a_salt_of_another_length_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        _ = replace(hit(1), salt=b"short").salted_hash
