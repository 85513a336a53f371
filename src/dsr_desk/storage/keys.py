"""Who may open a vault: officers' key slots, the recovery code, and the data key that they share.

`keys.json` lies beside the database in the clear and holds no names. The vault's data key is encrypted with age to
one X25519 recipient for each officer and one for the recovery code. Each officer's X25519 identity and Ed25519
signing seed lie in an own slot, wrapped with a key derived from that officer's passphrase (Argon2id, RFC 9106) and
ChaCha20-Poly1305. So nobody signs for another officer, and the data key can be changed without their passphrases.

The file is sealed with a MAC under the data key: whoever can write it and cannot open the vault could otherwise add
a recipient of his own, and the next change of keys would let him in. A plain digest tells damage from a wrong
passphrase.
"""

from __future__ import annotations

import base64
import copy
import hmac
import json
import re
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from dsr_desk.core.canonical import canonical_json, digest_of
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.core.passphrases import one_spelling, require_strong
from dsr_desk.storage.files import write_whole
from dsr_desk.storage.migrations import NewerFile

FORMAT = 1
MEMORY_KIB = 64 * 1024
ITERATIONS = 3
LANES = 4
RECOVERY = "recovery"
_CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_GROUPS = 8
_KDF = re.compile(r"argon2id m=(\d{1,7}) t=(\d{1,2}) p=(\d{1,2})", re.ASCII)


class WrongPassphrase(DeskError):
    code = "VAULT-WRONG-PASSPHRASE"
    happened = "This passphrase or recovery code does not open the vault."
    means = "Nothing was opened or changed."
    todo = "Check the keyboard layout and Caps Lock, then try again. If it is lost, use the recovery code."


class PassphraseTaken(DeskError):
    code = "VAULT-PASSPHRASE-TAKEN"
    happened = "This passphrase cannot be used in this vault."
    means = "Each officer needs an own one, since decisions and approvals are signed with it. Nothing was written."
    todo = "Choose another passphrase."


class KeysDamaged(DeskError):
    code = "VAULT-KEYS-DAMAGED"
    happened = "The key file of the vault ({where}) is damaged or was changed by something else."
    means = "Without it the vault cannot be opened by anybody. Its content was not touched."
    todo = "Restore the newest backup, or put back a copy of the key file that is as new as the vault."


@dataclass(frozen=True)
class OfficerKeys:
    """An unlocked slot. `seed` (32 bytes) makes the Ed25519 signing key; the recovery code has one too."""

    slot: str
    identity: str
    seed: bytes

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def public_key(self) -> bytes:
        """Raw Ed25519 public key, 32 bytes."""
        return self.signing_key.public_key().public_bytes_raw()


def new_recovery_code() -> str:
    """160 random bits as eight groups of four characters without look-alikes."""
    groups = ("".join(secrets.choice(_CODE_ALPHABET) for _ in range(4)) for _ in range(_CODE_GROUPS))
    return "-".join(groups)


class KeyRing:
    """`keys.json` of one vault, unlocked.

    `data_keys` is the key of the database; two of them (new one first) while a change of keys is under way.
    """

    def __init__(self, path: Path, content: dict[str, Any], data_keys: tuple[bytes, ...]) -> None:
        self.path = path
        self.data_keys = data_keys
        self._content = content

    @classmethod
    def create(
        cls, path: Path, passphrase: str, names: Iterable[str] = ()
    ) -> tuple[KeyRing, OfficerKeys, OfficerKeys, str]:
        """A new ring with its first officer, not saved yet: ring, keys of officer and recovery code, the code.

        Raises PassphraseWeak; `names` are known to whoever guesses.
        """
        content = {"format": FORMAT, "vault": secrets.token_hex(16), "public_key": "", "backup": None, "slots": {}}
        ring = cls(path, content, (secrets.token_bytes(32),))
        officer = ring.add_officer(passphrase, names)
        recovery, code = ring.renew_recovery_code()
        return ring, officer, recovery, code

    @classmethod
    def unlock(cls, path: Path, secret: str) -> tuple[KeyRing, OfficerKeys]:
        """Opens with an officer's passphrase or the recovery code.

        Raises WrongPassphrase; KeysDamaged where any byte was changed; NewerFile.
        """
        try:
            content = json.loads(path.read_bytes())
            if content["format"] > FORMAT:
                raise NewerFile(where=path, step=message("step.keys", format=content["format"]))
            if content.pop("digest") != digest_of(content):
                raise KeysDamaged(where=path)
            ring = cls(path, content, ())
            officer = ring.open_any(secret)
            identity = pyrage.x25519.Identity.from_str(officer.identity)
            joined = pyrage.decrypt(base64.b64decode(content["data_key"]), [identity])
            if not hmac.compare_digest(content.pop("seal"), _seal(joined, content)):
                raise KeysDamaged(where=path)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, pyrage.DecryptError) as error:
            raise KeysDamaged(where=path) from error
        ring.data_keys = tuple(joined[start : start + 32] for start in range(0, len(joined), 32))
        return ring, officer

    def copy(self, path: Path | None = None) -> KeyRing:
        """One to change and save; this one stays as it is until the change is on the disk."""
        return KeyRing(path or self.path, copy.deepcopy(self._content), self.data_keys)

    def save(self) -> None:
        """Encrypts the data keys to everyone who has a slot, seals and writes the file whole."""
        slots = self._content["slots"]
        recipients = [pyrage.x25519.Recipient.from_str(slot["recipient"]) for slot in slots.values()]
        joined = b"".join(self.data_keys)
        self._content["data_key"] = base64.b64encode(pyrage.encrypt(joined, recipients)).decode()
        stored = {**self._content, "seal": _seal(joined, self._content)}
        stored["digest"] = digest_of(stored)
        write_whole(self.path, json.dumps(stored, indent=1, sort_keys=True).encode())

    @property
    def vault_id(self) -> str:
        return str(self._content["vault"])

    @property
    def public_key(self) -> str:
        """The vault's age recipient: indexes and answers are addressed to it."""
        return str(self._content["public_key"])

    @property
    def is_backup(self) -> bool:
        return bool(self._content["backup"])

    @property
    def officer_slots(self) -> set[str]:
        return set(self._content["slots"]) - {RECOVERY}

    def mark_backup(self, taken: str | None) -> None:
        self._content["backup"] = taken

    def set_public_key(self, recipient: str) -> None:
        self._content["public_key"] = recipient

    def keep_officers(self, slots: Collection[str]) -> None:
        """Drops the slots of all others; the recovery code stays."""
        for slot in self.officer_slots - set(slots):
            del self._content["slots"][slot]

    def add_officer(self, passphrase: str, names: Iterable[str] = ()) -> OfficerKeys:
        """Raises PassphraseWeak, PassphraseTaken."""
        passphrase = self._fresh(passphrase, names)
        identity, seed, slot = pyrage.x25519.Identity.generate(), secrets.token_bytes(32), secrets.token_hex(8)
        self._put_slot(slot, passphrase, identity, seed)
        return OfficerKeys(slot=slot, identity=str(identity), seed=seed)

    def change_passphrase(self, officer: OfficerKeys, passphrase: str, names: Iterable[str] = ()) -> OfficerKeys:
        """The same signing key in a slot with a new age identity: the old passphrase opens no later key file."""
        identity = pyrage.x25519.Identity.generate()
        self._put_slot(officer.slot, self._fresh(passphrase, names), identity, officer.seed)
        return OfficerKeys(slot=officer.slot, identity=str(identity), seed=officer.seed)

    def renew_recovery_code(self) -> tuple[OfficerKeys, str]:
        """Its keys and the code to print; the one before opens no later key file."""
        code, identity, seed = new_recovery_code(), pyrage.x25519.Identity.generate(), secrets.token_bytes(32)
        self._put_slot(RECOVERY, _normal_code(code), identity, seed)
        return OfficerKeys(slot=RECOVERY, identity=str(identity), seed=seed), code

    def open_officer(self, secret: str) -> OfficerKeys:
        """The keys of the officer whose passphrase this is, the vault being open already. Raises WrongPassphrase."""
        for slot in self.officer_slots:
            keys = self._open_slot(slot, one_spelling(secret))
            if keys is not None:
                return keys
        raise WrongPassphrase()

    def recipient_of(self, slot: str) -> str:
        """The age recipient of an officer: what is meant for that person alone is encrypted to it."""
        return str(self._content["slots"][slot]["recipient"])

    def slot_alone(self, slot: str) -> dict[str, Any]:
        """An officer's slot as it lies in the file: with the passphrase it opens on any machine."""
        return {"vault": self.vault_id, "slot": slot, **self._content["slots"][slot]}

    def _fresh(self, passphrase: str, names: Iterable[str]) -> str:
        """What is set; every new passphrase of an officer comes by here."""
        require_strong(passphrase, names)
        passphrase = one_spelling(passphrase)
        if any(self._open_slot(slot, passphrase) for slot in self.officer_slots):
            raise PassphraseTaken()
        return passphrase

    def open_any(self, secret: str) -> OfficerKeys:
        """The keys of an officer or of the recovery code. Raises WrongPassphrase."""
        attempts = [(slot, one_spelling(secret)) for slot in self.officer_slots]
        code = _normal_code(secret)
        if len(code) == 4 * _CODE_GROUPS:
            attempts.append((RECOVERY, code))
        for slot, text in attempts:
            keys = self._open_slot(slot, text)
            if keys is not None:
                return keys
        raise WrongPassphrase()

    def _put_slot(self, slot: str, secret: str, identity: pyrage.x25519.Identity, seed: bytes) -> None:
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
        kdf = f"argon2id m={MEMORY_KIB} t={ITERATIONS} p={LANES}"
        payload = json.dumps({"identity": str(identity), "seed": seed.hex()}).encode()
        sealed = ChaCha20Poly1305(_derive(secret, salt, kdf)).encrypt(nonce, payload, self._bound_to(slot))
        self._content["slots"][slot] = {
            "recipient": str(identity.to_public()),
            "kdf": kdf,
            "salt": salt.hex(),
            "nonce": nonce.hex(),
            "sealed": base64.b64encode(sealed).decode(),
        }

    def _open_slot(self, slot: str, secret: str) -> OfficerKeys | None:
        stored = self._content["slots"][slot]
        key = _derive(secret, bytes.fromhex(stored["salt"]), stored["kdf"])
        sealed, nonce = base64.b64decode(stored["sealed"]), bytes.fromhex(stored["nonce"])
        try:
            payload = json.loads(ChaCha20Poly1305(key).decrypt(nonce, sealed, self._bound_to(slot)))
        except InvalidTag:
            return None
        return OfficerKeys(slot=slot, identity=payload["identity"], seed=bytes.fromhex(payload["seed"]))

    def _bound_to(self, slot: str) -> bytes:
        return f"dsr-desk {self.vault_id} {slot}".encode()


def open_slot_alone(alone: dict[str, Any], secret: str) -> OfficerKeys:
    """Opens what `slot_alone` gave. Raises WrongPassphrase, KeysDamaged."""
    try:
        stored = {name: value for name, value in alone.items() if name not in ("vault", "slot")}
        ring = KeyRing(Path(), {"vault": alone["vault"], "slots": {alone["slot"]: stored}}, ())
        keys = ring._open_slot(alone["slot"], one_spelling(secret))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeysDamaged(where="-") from error
    if keys is None:
        raise WrongPassphrase()
    return keys


def _seal(joined: bytes, content: dict[str, Any]) -> str:
    return hmac.digest(joined, b"dsr-desk keys.json\0" + canonical_json(content), "sha256").hex()


def _derive(secret: str, salt: bytes, kdf: str) -> bytes:
    """With the strength that the slot was made with."""
    found = _KDF.fullmatch(kdf)
    if found is None:
        raise ValueError("unknown key derivation")
    memory, iterations, lanes = (int(number) for number in found.groups())
    return Argon2id(salt=salt, length=32, iterations=iterations, lanes=lanes, memory_cost=memory).derive(
        secret.encode(errors="surrogatepass")  # bytes that a terminal could not read open nothing, and are no fault
    )


def _normal_code(code: str) -> str:
    """Upper case without separators; letters that look like digits count as these."""
    kept = "".join(character for character in code.upper() if character.isalnum())
    return kept.replace("O", "0").replace("I", "1").replace("L", "1")
