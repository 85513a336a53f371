"""A time stamp proves a time to whoever trusts its authority, by an unbroken chain, and to nobody else."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from dsr_desk.core.message import message
from dsr_desk.evidence.signed.timestamp import TimeStampRefused, query, require_stamp
from dsr_desk.evidence.verifying.check_bundle import (
    Refused,
    Unchecked,
    authorities_of,
    check_time_stamp,
    require_trusted,
)
from stamping import BEGIN, STAMPED, Party, answer_of_openssl, below, openssl_trusts, party, root, stamp, stamper, usage

DATA = b"a signature"
LATER = STAMPED + timedelta(days=1)
SERVER = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
BOTH = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.SERVER_AUTH])


def openssl() -> str:
    found = shutil.which("openssl")
    if found is None:
        pytest.skip("openssl is not installed")
    return found


def verdict(answer: bytes, *trusted: Party) -> str:
    """The code of what is said to who trusts these, "" for a proof of time; "?" stands before what is open."""
    try:
        require_trusted(check_time_stamp(DATA, answer), [one.certificate for one in trusted])
    except Unchecked as unchecked:
        return f"?{unchecked.said.code}"
    except Refused as refused:
        return refused.said.code
    return ""


@pytest.mark.parametrize("kind", ["rsa", "p-256", "p-384"])
def test_a_stamp_is_trusted_whose_chain_leads_to_the_list(kind: str, tmp_path: Path) -> None:
    keys = {"rsa": lambda: rsa.generate_private_key(65537, 2048), "p-256": None, "p-384": ec.SECP384R1}
    make = keys[kind]
    key = [None if make is None else make() if kind == "rsa" else ec.generate_private_key(make()) for _ in range(3)]
    top = root(key=key[0])
    by = stamper(below(top, key=key[1]), key=key[2])
    answer = stamp(DATA, by)
    assert verdict(answer, top) == ""
    assert verdict(answer, by) == "", "whoever lists the authority itself trusts it"
    assert verdict(answer, by.above[0]) == "", "or one between"
    assert openssl_trusts(openssl(), DATA, answer, [top], tmp_path)


def test_an_answer_of_openssl_is_read_with_its_chain(tmp_path: Path) -> None:
    top = root()
    by = stamper(below(below(top), "Lower"))
    asked = query(DATA)
    answer = answer_of_openssl(openssl(), asked, by, tmp_path)
    found = require_stamp(DATA, asked, answer, top.pem)
    assert found.who == "CN=Local clock"
    assert found.doubt is None
    assert require_stamp(DATA, asked, answer, root("Another").pem).doubt == message(
        "bundle.time.untrusted", who="CN=Local clock", time=f"{found.time:%Y-%m-%d %H:%MZ}"
    )


def test_what_leads_to_no_authority_on_the_list_is_no_proof_and_not_damaged(tmp_path: Path) -> None:
    by, top = stamper(), root()
    chained = stamp(DATA, stamper(below(top)))
    for answer, trusted in ((stamp(DATA, by), []), (stamp(DATA, by), [top]), (chained, []), (chained, [root("Other")])):
        assert verdict(answer, *trusted) == "?time.untrusted"
        assert not openssl_trusts(openssl(), DATA, answer, trusted or [root("Nobody")], tmp_path)


def chains() -> dict[str, tuple[bytes, list[Party], str]]:
    """What breaks a rule, whom the reader trusts, and what is said."""
    top = root()
    short = (BEGIN, STAMPED - timedelta(days=1))
    early = (LATER, LATER + timedelta(days=9))
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    own = root(key=ed25519.Ed25519PrivateKey.generate())
    return {
        "no purpose": (stamp(DATA, party("C", top)), [top], "time.purpose"),
        "another purpose": (stamp(DATA, stamper(top, purposes=SERVER)), [top], "time.purpose"),
        "a purpose more": (stamp(DATA, stamper(top, purposes=BOTH)), [top], "time.purpose"),
        "a purpose that is not critical": (stamp(DATA, stamper(top, critical=False)), [top], "time.purpose"),
        "a key that may not sign": (
            stamp(DATA, stamper(top, more=[(usage(key_encipherment=True), True)])), [top], "time.purpose",
        ),
        "ended before the stamp": (stamp(DATA, stamper(top, valid=short)), [top], "time.expired"),
        "begins after the stamp": (stamp(DATA, stamper(top, valid=early)), [top], "time.expired"),
        "one between had ended": (stamp(DATA, stamper(below(top, valid=short))), [top], "time.expired"),
        "the root had ended": (stamp(DATA, stamper(ended := root(valid=short))), [ended], "time.expired"),
        "another root of the same name": (stamp(DATA, stamper(below(top))), [root()], "time.chain"),
        "one between is no authority": (stamp(DATA, stamper(below(top, ca=False))), [top], "time.issuer"),
        "one between says nothing of it": (stamp(DATA, stamper(below(top, ca=None))), [top], "time.issuer"),
        "one between may not sign certificates": (stamp(DATA, stamper(below(top, signs=False))), [top], "time.issuer"),
        "one between is for other purposes": (stamp(DATA, stamper(below(top, purposes=SERVER))), [top], "time.issuer"),
        "the chain is too long for its root": (
            stamp(DATA, stamper(below(flat := root(length=0)))), [flat], "time.length",
        ),
        "the chain is too long for one between": (
            stamp(DATA, stamper(below(below(top, length=0), "Lower"))), [top], "time.length",
        ),
        "a rule that nobody here knows": (
            stamp(DATA, stamper(below(top, more=[(unknown, True)]))), [top], "?unchecked.extension",
        ),
        "an algorithm that is not checked here": (stamp(DATA, stamper(own)), [own], "?unchecked.algorithm"),
        "it names no certificate": (stamp(DATA, stamper(top), unnamed=True), [top], "time.unnamed"),
        "it names another certificate": (
            stamp(DATA, stamper(top), names=stamper(top).certificate), [top], "time.certificate",
        ),
        "it is of other bytes": (stamp(b"other", stamper(top)), [top], "time.other"),
    }  # fmt: skip


CHAINS = chains()
OPENSSL_TAKES = {"an algorithm that is not checked here", "one between is for other purposes"}


@pytest.mark.parametrize("how", CHAINS)
def test_a_chain_that_breaks_a_rule_proves_nothing(how: str, tmp_path: Path) -> None:
    answer, trusted, code = CHAINS[how]
    assert verdict(answer, *trusted) == code
    assert openssl_trusts(openssl(), DATA, answer, trusted, tmp_path) == (how in OPENSSL_TAKES)


def test_a_stamp_stays_good_when_certificates_end_after_it() -> None:
    until = (BEGIN, LATER)
    top = root(valid=until)
    answer = stamp(DATA, stamper(below(top, valid=until), valid=until))
    assert verdict(answer, top) == ""
    assert verdict(stamp(DATA, stamper(top, valid=until), time=LATER + timedelta(days=1)), top) == "time.expired"


def test_one_broken_way_does_not_hide_another_that_holds() -> None:
    top, key = root(), ec.generate_private_key(ec.SECP256R1())
    ended = below(top, key=key, valid=(BEGIN, BEGIN + timedelta(days=1)))
    anew = below(top, key=key)
    by = stamper(anew)
    brought = Party(by.key, by.certificate, (ended, anew, top))
    assert verdict(stamp(DATA, brought), top) == ""
    by = Party(by.key, by.certificate, (ended, top))
    assert verdict(stamp(DATA, by), top) == "time.expired"


def test_fractions_of_a_second_are_read() -> None:
    top = root()
    assert check_time_stamp(DATA, stamp(DATA, stamper(top), fraction=".123")).time == STAMPED


def test_an_answer_is_refused_before_it_is_kept_where_its_chain_breaks() -> None:
    asked = query(DATA)
    nonce = int.from_bytes(asked[-12:-3], "big")
    top = root()
    good = stamp(DATA, stamper(top), nonce=nonce)
    assert require_stamp(DATA, asked, good, b"").time == STAMPED
    assert require_stamp(DATA, asked, good, top.pem).time == STAMPED
    broken = stamp(DATA, stamper(below(top, ca=False)), nonce=nonce)
    assert require_stamp(DATA, asked, broken, b"").time == STAMPED, "nobody here judges a chain to a root of others"
    for answer, says in (
        (broken, "may not issue certificates"),
        (stamp(DATA, stamper(top, valid=(BEGIN, BEGIN)), nonce=nonce), "was not valid at the time"),
        (stamp(DATA, party("C", top), nonce=nonce), "not one for time stamps alone"),
    ):
        with pytest.raises(TimeStampRefused, match=says):
            require_stamp(DATA, asked, answer, top.pem)


def test_a_list_of_authorities_may_hold_anything_and_is_read_or_named() -> None:
    top, other = root(), root("Other")
    assert authorities_of(b"# ours\n" + top.pem + b"\n" + other.pem) == [top.certificate, other.certificate]
    for wrong in (b"", b"no certificate", top.pem[:200], top.pem.replace(b"MII", b"AII"), top.key_pem):
        with pytest.raises(Unchecked, match="cannot be read"):
            authorities_of(wrong)


def test_many_certificates_of_one_name_do_not_take_long() -> None:
    """A token may bring what it likes: each certificate is asked about once at each level, and only the first count."""
    key = ec.generate_private_key(ec.SECP256R1())
    loops = tuple(root("Loop", key=key, valid=(BEGIN, BEGIN + timedelta(days=9999 + n))) for n in range(40))
    by = stamper(loops[0])
    answer = stamp(DATA, Party(by.key, by.certificate, (*loops, root())))
    begin = datetime.now(UTC)
    assert verdict(answer, root()) == "?time.untrusted"
    assert datetime.now(UTC) - begin < timedelta(seconds=5)
