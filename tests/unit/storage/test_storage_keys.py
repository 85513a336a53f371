"""Officers' key slots, the recovery code, and the file that holds them."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from dsr_desk.core.canonical import digest_of
from dsr_desk.core.passphrases import PassphraseWeak, require_strong
from dsr_desk.storage import keys
from dsr_desk.storage.keys import (
    KeyRing,
    KeysDamaged,
    PassphraseTaken,
    WrongPassphrase,
    new_recovery_code,
    open_slot_alone,
)
from dsr_desk.storage.migrations import NewerFile

ANN, BOB = "ann's long passphrase", "bob's long passphrase"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture
def ring(path: Path) -> KeyRing:
    ring, _, _, _ = KeyRing.create(path, ANN)
    ring.save()
    return ring


def stored(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content


def rewrite(path: Path, content: dict[str, Any]) -> None:
    """As somebody would who knows the format and cannot open the vault."""
    content.pop("digest")
    content["digest"] = digest_of(content)
    path.write_text(json.dumps(content))


def test_an_officer_and_the_recovery_code_open_the_same_data_key(path: Path) -> None:
    ring, officer, recovery, code = KeyRing.create(path, ANN)
    ring.save()
    by_passphrase, keys_of_ann = KeyRing.unlock(path, ANN)
    by_code, keys_of_code = KeyRing.unlock(path, code)
    assert by_passphrase.data_keys == by_code.data_keys == ring.data_keys
    assert keys_of_ann == officer
    assert keys_of_code == recovery
    assert recovery.public_key != officer.public_key


@pytest.mark.usefixtures("full_strength")
def test_passphrases_are_stretched_with_argon2id_and_64_mib(path: Path) -> None:
    ring, officer, _, _ = KeyRing.create(path, ANN)
    ring.save()
    slot = stored(path)["slots"][officer.slot]
    assert slot["kdf"] == "argon2id m=65536 t=3 p=4"
    derived = Argon2id(salt=bytes.fromhex(slot["salt"]), length=32, iterations=3, lanes=4, memory_cost=65536)
    assert keys._derive(ANN, bytes.fromhex(slot["salt"]), slot["kdf"]) == derived.derive(ANN.encode())
    assert KeyRing.unlock(path, ANN)[1] == officer


def test_a_slot_opens_with_the_strength_it_was_made_with(
    ring: KeyRing, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "MEMORY_KIB", 64)
    assert KeyRing.unlock(path, ANN)[0].data_keys == ring.data_keys


@pytest.mark.parametrize("secret", ["", "wrong", "Ann's long passphrase", "-".join(["2222"] * 8)])
@pytest.mark.usefixtures("ring")
def test_a_wrong_secret_opens_nothing(path: Path, secret: str) -> None:
    with pytest.raises(WrongPassphrase):
        KeyRing.unlock(path, secret)


def test_the_file_holds_neither_secrets_nor_names(path: Path) -> None:
    ring, officer, _, code = KeyRing.create(path, ANN)
    ring.save()
    text = path.read_text()
    for secret in (ANN, code, code.replace("-", ""), officer.identity, officer.seed.hex(), ring.data_keys[0].hex()):
        assert secret not in text
    assert "AGE-SECRET-KEY" not in text


def test_a_passphrase_is_the_same_on_keyboards_that_spell_marks_differently(path: Path) -> None:
    composed = unicodedata.normalize("NFC", "größe und café")
    ring, _, _, _ = KeyRing.create(path, composed)
    ring.save()
    assert KeyRing.unlock(path, unicodedata.normalize("NFD", composed))[0].data_keys == ring.data_keys


def test_a_recovery_code_is_160_bits_that_survive_being_copied_by_hand(path: Path) -> None:
    ring, _, _, code = KeyRing.create(path, ANN)
    ring.save()
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}", code)
    sloppy = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert KeyRing.unlock(path, sloppy)[0].data_keys == ring.data_keys
    assert len({new_recovery_code() for _ in range(50)}) == 50


@pytest.mark.parametrize("weak", ["", " ", "password", "ann's passphrase\udcff, a long one", f"{ANN} ", f"\ufeff{ANN}"])
def test_weak_passphrases_are_refused_wherever_one_is_set_and_nothing_changes(
    path: Path, ring: KeyRing, weak: str
) -> None:
    officer = KeyRing.unlock(path, ANN)[1]
    before = ring.copy()._content
    for set_it in (
        lambda: KeyRing.create(path.with_name("other.json"), weak),
        lambda: ring.add_officer(weak),
        lambda: ring.change_passphrase(officer, weak),
    ):
        with pytest.raises(PassphraseWeak):
            set_it()
    assert ring._content == before


def test_a_passphrase_from_names_of_the_house_is_refused_wherever_one_is_set(path: Path, ring: KeyRing) -> None:
    names, guess = ("Larkfield Quayside Photographers", "Ann Vandermeulen"), "larkfield quayside photographers"
    require_strong(guess)
    officer = KeyRing.unlock(path, ANN)[1]
    for set_it in (
        lambda: KeyRing.create(path.with_name("other.json"), guess, names),
        lambda: ring.add_officer(guess, names),
        lambda: ring.change_passphrase(officer, guess, names),
    ):
        with pytest.raises(PassphraseWeak):
            set_it()


def test_a_weak_passphrase_of_an_older_vault_opens_it_still(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as older:
        older.setattr(keys, "require_strong", lambda *_: None)
        ring, officer, _, _ = KeyRing.create(path, "password")
        ring.save()
    opened, found = KeyRing.unlock(path, "password")
    assert found == officer
    assert opened.open_officer("password") == officer
    assert open_slot_alone(opened.slot_alone(officer.slot), "password") == officer


def test_all_of_a_very_long_passphrase_is_used(path: Path) -> None:
    long = f"{ANN} " + "x" * 1_000_000
    KeyRing.create(path, long)[0].save()
    assert KeyRing.unlock(path, long)
    with pytest.raises(WrongPassphrase):
        KeyRing.unlock(path, long[:-1])


def test_bytes_that_a_terminal_cannot_read_open_nothing_and_are_no_fault(path: Path, ring: KeyRing) -> None:
    for secret in ("\udcff", f"{ANN}\udcff"):
        with pytest.raises(WrongPassphrase):
            KeyRing.unlock(path, secret)
        with pytest.raises(WrongPassphrase):
            ring.open_officer(secret)


def test_two_officers_never_share_a_passphrase(ring: KeyRing) -> None:
    with pytest.raises(PassphraseTaken):
        ring.add_officer(ANN)


def test_each_officer_signs_with_an_own_key_and_reaches_the_same_data_key(ring: KeyRing, path: Path) -> None:
    bob = ring.add_officer(BOB)
    ring.save()
    as_bob, bob_again = KeyRing.unlock(path, BOB)
    as_ann, ann = KeyRing.unlock(path, ANN)
    assert bob_again.public_key == bob.public_key != ann.public_key
    assert as_bob.data_keys == as_ann.data_keys == ring.data_keys


def test_an_officer_who_lost_the_slot_opens_nothing(ring: KeyRing, path: Path) -> None:
    ring.add_officer(BOB)
    ann = KeyRing.unlock(path, ANN)[1]
    ring.keep_officers({ann.slot})
    ring.save()
    with pytest.raises(WrongPassphrase):
        KeyRing.unlock(path, BOB)
    assert KeyRing.unlock(path, ANN)[0].data_keys == ring.data_keys


def test_a_changed_passphrase_keeps_the_signature_and_shuts_out_the_old_one(ring: KeyRing, path: Path) -> None:
    ann = KeyRing.unlock(path, ANN)[1]
    ring.change_passphrase(ann, BOB)
    ring.save()
    assert KeyRing.unlock(path, BOB)[1].public_key == ann.public_key
    with pytest.raises(WrongPassphrase):
        KeyRing.unlock(path, ANN)


def test_who_kept_an_old_key_file_and_its_passphrase_does_not_reach_later_keys(ring: KeyRing, path: Path) -> None:
    leaked = KeyRing.unlock(path, ANN)[1]
    ring.change_passphrase(leaked, BOB)
    ring.data_keys = (bytes(32),)
    ring.save()
    identity = pyrage.x25519.Identity.from_str(leaked.identity)
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(keys.base64.b64decode(stored(path)["data_key"]), [identity])


def test_a_new_recovery_code_shuts_out_the_old_one(path: Path) -> None:
    ring, _, _, old = KeyRing.create(path, ANN)
    _, new = ring.renew_recovery_code()
    ring.save()
    assert KeyRing.unlock(path, new)[0].data_keys == ring.data_keys
    with pytest.raises(WrongPassphrase):
        KeyRing.unlock(path, old)


def test_both_keys_are_there_while_the_key_is_being_changed(ring: KeyRing, path: Path) -> None:
    old = ring.data_keys[0]
    ring.data_keys = (bytes(32), old)
    ring.save()
    assert KeyRing.unlock(path, ANN)[0].data_keys == (bytes(32), old)


def test_a_copy_can_be_changed_without_changing_the_ring(ring: KeyRing) -> None:
    before = ring.officer_slots
    ring.copy().add_officer(BOB)
    assert ring.officer_slots == before


@pytest.mark.usefixtures("ring")
def test_any_changed_byte_is_called_damage_and_not_a_wrong_passphrase(path: Path) -> None:
    whole = path.read_bytes()
    spaces = {place for place, byte in enumerate(whole) if chr(byte).isspace()}
    for place in sorted(set(range(0, len(whole), 7)) - spaces):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x02]) + whole[place + 1 :])
        with pytest.raises((KeysDamaged, NewerFile)):
            KeyRing.unlock(path, ANN)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"null", b"\xff\xfe", b'{"format": 1}'])
def test_a_file_that_is_no_key_file_is_called_damaged(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(KeysDamaged):
        KeyRing.unlock(path, ANN)


@pytest.mark.usefixtures("ring")
def test_a_key_file_of_a_newer_version_is_refused(path: Path) -> None:
    rewrite(path, {**stored(path), "format": 2})
    with pytest.raises(NewerFile):
        KeyRing.unlock(path, ANN)


def stranger() -> str:
    return str(pyrage.x25519.Identity.generate().to_public())


def with_slot_of_a_stranger(content: dict[str, Any]) -> None:
    slot = next(iter(content["slots"].values()))
    content["slots"]["0" * 16] = {**slot, "recipient": stranger()}


def with_address_of_a_stranger(content: dict[str, Any]) -> None:
    next(iter(content["slots"].values()))["recipient"] = stranger()


def with_public_key_of_a_stranger(content: dict[str, Any]) -> None:
    content["public_key"] = stranger()


def no_longer_a_backup(content: dict[str, Any]) -> None:
    content["backup"] = "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "change",
    [with_slot_of_a_stranger, with_address_of_a_stranger, with_public_key_of_a_stranger, no_longer_a_backup],
)
@pytest.mark.usefixtures("ring")
def test_who_can_write_the_file_cannot_add_to_it_unseen(path: Path, change: Any) -> None:
    content = stored(path)
    change(content)
    rewrite(path, content)
    with pytest.raises(KeysDamaged):
        KeyRing.unlock(path, ANN)


@pytest.mark.usefixtures("ring")
def test_a_data_key_of_a_stranger_is_not_taken(path: Path) -> None:
    content = stored(path)
    recipients = [pyrage.x25519.Recipient.from_str(slot["recipient"]) for slot in content["slots"].values()]
    content["data_key"] = keys.base64.b64encode(pyrage.encrypt(bytes(32), recipients)).decode()
    rewrite(path, content)
    with pytest.raises(KeysDamaged):
        KeyRing.unlock(path, ANN)


@pytest.mark.usefixtures("ring")
def test_a_slot_is_bound_to_its_vault_and_its_name(path: Path, tmp_path: Path) -> None:
    other, _, _, _ = KeyRing.create(tmp_path / "other.json", BOB)
    slot, sealed = next((slot, entry) for slot, entry in stored(path)["slots"].items() if slot != "recovery")
    other._content["slots"][slot] = sealed
    with pytest.raises(WrongPassphrase):
        other.open_any(ANN)


def test_an_officer_is_known_by_the_passphrase_while_the_vault_is_open(ring: KeyRing) -> None:
    bob = ring.add_officer(BOB)
    assert ring.open_officer(BOB) == bob
    assert ring.open_officer(ANN) != bob
    with pytest.raises(WrongPassphrase):
        ring.open_officer("somebody else's words")


def test_the_recovery_code_is_no_officers_passphrase(path: Path) -> None:
    ring, _, _, code = KeyRing.create(path, ANN)
    with pytest.raises(WrongPassphrase):
        ring.open_officer(code)


def test_a_slot_travels_alone_and_opens_with_its_passphrase_only(ring: KeyRing) -> None:
    bob = ring.add_officer(BOB)
    alone = ring.slot_alone(bob.slot)
    assert keys.open_slot_alone(alone, BOB) == bob
    with pytest.raises(WrongPassphrase):
        keys.open_slot_alone(alone, ANN)
    for damage in ({}, {**alone, "sealed": "%"}, {**alone, "kdf": "none"}, {**alone, "salt": None}):
        with pytest.raises((KeysDamaged, WrongPassphrase)):
            keys.open_slot_alone(damage, BOB)
