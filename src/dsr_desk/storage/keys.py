"""Who may open a vault: officers' key slots, the recovery code, and the data key that they share.

`keys.json` lies beside the database in the clear and holds no names. The vault's data key is encrypted with age to
one X25519 recipient for each officer and one for the recovery code. Each officer's X25519 identity and Ed25519
signing seed lie in an own slot, wrapped with a key derived from that officer's passphrase (Argon2id, RFC 9106) and
ChaCha20-Poly1305. So nobody signs for another officer, and the data key can be changed without their passphrases.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.storage.files import write_whole

FORMAT = 1
MEMORY_KIB = 64 * 1024
ITERATIONS = 3
LANES = 4
MINIMUM_PASSPHRASE = 8
RECOVERY = "recovery"
_CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_GROUPS = 8


class WrongPassphrase(DeskError):
    code = "VAULT-WRONG-PASSPHRASE"
    happened = "This passphrase or recovery code does not open the vault."
    means = "Nothing was opened or changed."
    todo = "Check the keyboard layout and Caps Lock, then try again. If it is lost, use the recovery code."


class PassphraseTooShort(DeskError):
    code = "VAULT-PASSPHRASE-SHORT"
    happened = "The passphrase has fewer than {minimum} characters."
    means = "The vault would be easy to open for others, so nothing was written."
    todo = "Choose a longer passphrase: five or six random words are good."


class PassphraseTaken(DeskError):
    code = "VAULT-PASSPHRASE-TAKEN"
    happened = "This passphrase cannot be used in this vault."
    means = "Each officer needs an own one, since decisions and approvals are signed with it. Nothing was written."
    todo = "Choose another passphrase."


class KeysDamaged(DeskError):
    code = "VAULT-KEYS-DAMAGED"
    happened = "The key file of the vault ({where}) cannot be read."
    means = "Without it the vault cannot be opened by anybody. Its content was not touched."
    todo = "Put the key file of the newest backup in its place."


class LastOfficer(DeskError):
    code = "VAULT-LAST-OFFICER"
    happened = "This is the only officer of the vault."
    means = "Nobody could open it afterwards, so nothing was changed."
    todo = "Add another officer first."


@dataclass(frozen=True)
class OfficerKeys:
    """An unlocked slot. `seed` (32 bytes) makes the Ed25519 signing key; empty for the recovery code."""

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
    """`keys.json` of one vault."""

    def __init__(self, path: Path, content: dict[str, Any]) -> None:
        self.path = path
        self._content = content

    @classmethod
    def create(cls, path: Path, passphrase: str) -> tuple[KeyRing, OfficerKeys, bytes, str]:
        """A new ring with its first officer: ring, the officer's keys, the data key, the recovery code."""
        data_key = secrets.token_bytes(32)
        ring = cls(path, {"format": FORMAT, "vault": secrets.token_hex(16), "public_key": "", "slots": {}})
        code = new_recovery_code()
        ring._put_slot(RECOVERY, _normal_code(code), pyrage.x25519.Identity.generate(), b"")
        officer = ring._new_officer(passphrase)
        ring._encrypt_data_key([data_key])
        return ring, officer, data_key, code

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        try:
            content = json.loads(path.read_bytes())
            if content["format"] != FORMAT or not isinstance(content["slots"], dict):
                raise KeysDamaged(where=path)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise KeysDamaged(where=path) from error
        return cls(path, content)

    @property
    def vault_id(self) -> str:
        return str(self._content["vault"])

    @property
    def public_key(self) -> str:
        """The vault's age recipient: indexes and answers are addressed to it."""
        return str(self._content["public_key"])

    @property
    def is_backup(self) -> bool:
        return bool(self._content.get("backup"))

    def mark_backup(self, taken: str | None) -> None:
        self._content["backup"] = taken

    def set_public_key(self, recipient: str) -> None:
        self._content["public_key"] = recipient

    def save(self) -> None:
        write_whole(self.path, json.dumps(self._content, indent=1, sort_keys=True).encode())

    def unlock(self, secret: str) -> OfficerKeys:
        """Finds the slot that this passphrase or recovery code opens. Raises WrongPassphrase."""
        for slot in self._content["slots"]:
            text = _normal_code(secret) if slot == RECOVERY else secret
            keys = self._open_slot(slot, text)
            if keys is not None:
                return keys
        raise WrongPassphrase()

    def data_keys(self, officer: OfficerKeys) -> list[bytes]:
        """The data key; two of them (new one first) while a change of keys was interrupted."""
        try:
            identity = pyrage.x25519.Identity.from_str(officer.identity)
            joined = pyrage.decrypt(base64.b64decode(self._content["data_key"]), [identity])
        except (pyrage.DecryptError, ValueError, KeyError) as error:
            raise KeysDamaged(where=self.path) from error
        return [joined[start : start + 32] for start in range(0, len(joined), 32)]

    def add_officer(self, data_key: bytes, passphrase: str) -> OfficerKeys:
        officer = self._new_officer(passphrase)
        self._encrypt_data_key([data_key])
        return officer

    def remove_slot(self, slot: str, data_key: bytes) -> None:
        if len(self._officer_slots()) == 1:
            raise LastOfficer()
        del self._content["slots"][slot]
        self._encrypt_data_key([data_key])

    def replace_data_key(self, *keys: bytes) -> None:
        """Encrypts these data keys to everyone who has a slot."""
        self._encrypt_data_key(list(keys))

    def change_passphrase(self, officer: OfficerKeys, passphrase: str) -> None:
        self._require_fresh(passphrase)
        self._put_slot(officer.slot, passphrase, pyrage.x25519.Identity.from_str(officer.identity), officer.seed)

    def renew_recovery_code(self, data_key: bytes) -> str:
        code = new_recovery_code()
        self._put_slot(RECOVERY, _normal_code(code), pyrage.x25519.Identity.generate(), b"")
        self._encrypt_data_key([data_key])
        return code

    def _officer_slots(self) -> list[str]:
        return [slot for slot in self._content["slots"] if slot != RECOVERY]

    def _new_officer(self, passphrase: str) -> OfficerKeys:
        self._require_fresh(passphrase)
        identity, seed, slot = pyrage.x25519.Identity.generate(), secrets.token_bytes(32), secrets.token_hex(8)
        self._put_slot(slot, passphrase, identity, seed)
        return OfficerKeys(slot=slot, identity=str(identity), seed=seed)

    def _require_fresh(self, passphrase: str) -> None:
        if len(passphrase) < MINIMUM_PASSPHRASE:
            raise PassphraseTooShort(minimum=MINIMUM_PASSPHRASE)
        if any(self._open_slot(slot, passphrase) for slot in self._officer_slots()):
            raise PassphraseTaken()

    def _encrypt_data_key(self, keys: list[bytes]) -> None:
        recipients = [pyrage.x25519.Recipient.from_str(slot["recipient"]) for slot in self._content["slots"].values()]
        self._content["data_key"] = base64.b64encode(pyrage.encrypt(b"".join(keys), recipients)).decode()

    def _put_slot(self, slot: str, secret: str, identity: pyrage.x25519.Identity, seed: bytes) -> None:
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
        payload = json.dumps({"identity": str(identity), "seed": seed.hex()}).encode()
        sealed = ChaCha20Poly1305(_derive(secret, salt)).encrypt(nonce, payload, self._bound_to(slot))
        self._content["slots"][slot] = {
            "recipient": str(identity.to_public()),
            "kdf": f"argon2id m={MEMORY_KIB} t={ITERATIONS} p={LANES}",
            "salt": salt.hex(),
            "nonce": nonce.hex(),
            "sealed": base64.b64encode(sealed).decode(),
        }

    def _open_slot(self, slot: str, secret: str) -> OfficerKeys | None:
        try:
            stored = self._content["slots"][slot]
            key = _derive(secret, bytes.fromhex(stored["salt"]))
            sealed = base64.b64decode(stored["sealed"])
            nonce = bytes.fromhex(stored["nonce"])
            payload = json.loads(ChaCha20Poly1305(key).decrypt(nonce, sealed, self._bound_to(slot)))
        except InvalidTag:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise KeysDamaged(where=self.path) from error
        return OfficerKeys(slot=slot, identity=payload["identity"], seed=bytes.fromhex(payload["seed"]))

    def _bound_to(self, slot: str) -> bytes:
        return f"dsr-desk {self.vault_id} {slot}".encode()


def fingerprint(public_key: bytes) -> str:
    """Of a raw public key: the first 16 hex digits of its SHA-256."""
    return sha256_hex(public_key)[:16]


def _derive(secret: str, salt: bytes) -> bytes:
    kdf = Argon2id(salt=salt, length=32, iterations=ITERATIONS, lanes=LANES, memory_cost=MEMORY_KIB)
    return kdf.derive(secret.encode())


def _normal_code(code: str) -> str:
    """Upper case without separators; letters that look like digits count as these."""
    kept = "".join(character for character in code.upper() if character.isalnum())
    return kept.replace("O", "0").replace("I", "1").replace("L", "1")
