"""New passphrases: what is refused, why that is said, and what the program makes itself."""

from __future__ import annotations

import ast
import inspect
import threading
import unicodedata
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as some
from zxcvbn import feedback

from dsr_desk.core.catalogue import catalogue
from dsr_desk.core.passphrases import (
    BITS,
    FEEDBACK,
    LEVELS,
    SCORED,
    PassphraseWeak,
    _scored,
    new_passphrase,
    require_strong,
    strength,
    without_marks,
)

HOUSE = ("Larkfield Friends (sample)", "Annabel Lighthouse", "Zoë Müller-Ωmega")


def said_by(library: ModuleType) -> set[str]:
    """Every sentence that the library marks for translation."""
    return {
        str(ast.literal_eval(node.args[0]))
        for node in ast.walk(ast.parse(inspect.getsource(library)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
    }


def codes(passphrase: str, *names: str) -> list[str]:
    return [one.code.removeprefix("passphrase.") for one in strength(passphrase, names).why]


def test_everything_that_the_library_says_has_a_code_of_ours_and_nothing_else_has() -> None:
    assert len(said_by(feedback)) > 20
    assert said_by(feedback) == set(FEEDBACK)
    own = {"known-name", "unseen", *LEVELS}
    in_catalogue = {code for code in catalogue("en") if code.startswith("passphrase.")}
    assert in_catalogue == {f"passphrase.{one}" for one in (*own, *FEEDBACK.values())}


@pytest.mark.parametrize(
    ("passphrase", "said"),
    [
        ("", ["guessed.at-once", "use-words", "no-symbols"]),
        ("password", ["guessed.at-once", "ten", "add-words"]),
        ("P@ssword1", ["guessed.at-once", "like-common", "add-words", "capital", "substitutes"]),
        ("qwertyuiop", ["guessed.at-once", "hundred", "add-words"]),
        ("aaaaaaaaaaaa", ["guessed.at-once", "repeated-letters", "add-words", "no-repeats"]),
        ("a passphrase", ["guessed.by-many", "add-words"]),
        ("        ", ["unseen"]),
        ("correct horse battery staple ", ["unseen"]),
        ("\ufeffcorrect horse battery staple", ["unseen"]),
        ("correct horse\u00a0battery staple", ["unseen"]),
        ("correct horse\tbattery staple", ["unseen"]),
        ("correct horse battery \udcff staple", ["unseen"]),
    ],
)
def test_what_is_easy_to_guess_is_refused_and_the_reason_is_said(passphrase: str, said: list[str]) -> None:
    assert codes(passphrase) == said
    with pytest.raises(PassphraseWeak) as refused:
        require_strong(passphrase)
    assert refused.value.message.values["why"] == strength(passphrase).why
    for language in ("en", "de"):
        happened, means, todo = refused.value.say(language)
        assert strength(passphrase).why[0].say(language) in happened
        assert means
        assert todo


def test_what_is_nearly_strong_is_told_what_would_help() -> None:
    """The library says nothing of it."""
    found = strength("a passphrase")
    assert found.score == 3
    assert len(found.why) > 1


@pytest.mark.parametrize("name", HOUSE)
def test_names_of_the_house_are_no_secrets(name: str) -> None:
    for guess in (name, name.lower(), name.replace(" ", ""), f"{name} dsr desk", unicodedata.normalize("NFD", name)):
        assert "known-name" in codes(guess, *HOUSE), guess
    assert strength(f"{name} dsr desk").score > strength(f"{name} dsr desk", HOUSE).score < 4


@pytest.mark.parametrize(
    "passphrase",
    [
        "correct horse battery staple",
        "sample passphrase for drawn people",
        "größe und café im Juli",
        "日本語の秘密はとても長い",
    ],
)
def test_a_few_words_are_enough(passphrase: str) -> None:
    require_strong(passphrase, HOUSE)
    assert codes(passphrase, *HOUSE) == ["guessed.hardly"]
    assert strength(unicodedata.normalize("NFD", passphrase), HOUSE) == strength(passphrase, HOUSE)


def test_a_long_passphrase_is_judged_by_its_beginning() -> None:
    weak, strong = "ab" * (SCORED // 2), "correct horse battery staple "
    assert strength(weak + strong + "ab") == strength(weak)
    require_strong(strong + "ab" * 500_000)


def test_signs_that_stand_for_letters_do_not_make_the_judging_endless() -> None:
    """Each way to read them is tried by the library: seconds for these, of which fewer characters are looked at."""
    odd = ("4@8({[<36910!|7$5+%2" * 4, "a" * 50 + "4@8({[<36910!|7$5+%2", "4a@8b({c[<3e6g9i10o!|7lt$5s+%x2z" * 3)
    for passphrase in odd:
        assert 16 <= len(_scored(passphrase)) < SCORED
        assert passphrase.startswith(_scored(passphrase))
        require_strong(passphrase)
    for plain in ("a few words " * 9, "P4$$w0rd! 1s 3asy, " * 6, "1234567890!@#$%^&*()_+" * 4):
        assert _scored(plain) == plain[:SCORED]
    for weak in ("1234567890!@#$%^&*()_+" * 4, "p4$$w0rd" * 9, "p@ssw0rdp4ssw0rd1!"):
        assert not strength(weak).enough


def test_what_the_program_makes_is_strong_reads_aloud_and_is_never_the_same() -> None:
    made = {new_passphrase() for _ in range(100)}
    assert len(made) == 100
    assert BITS > 85
    for passphrase in made:
        assert [len(group) for group in passphrase.split("-")] == [8, 6, 8, 6]
        require_strong(passphrase, HOUSE)
        assert without_marks(passphrase.upper().replace("-", " ")) == without_marks(passphrase)
    assert set("".join(made)) == set("bdfghjklmnprstaeiou-")


@given(some.text(max_size=30), some.lists(some.text(max_size=12), max_size=3))
def test_whatever_is_typed_is_judged(passphrase: str, names: list[str]) -> None:
    found = strength(passphrase, names)
    assert 0 <= found.score <= 4
    assert found.why
    assert all(one.code in catalogue("en") for one in found.why)


def test_passphrases_of_two_houses_are_judged_apart_at_the_same_time() -> None:
    name = "Qwzx Vbtrk Plmnd"
    alone = strength(name, [name]), strength(name, ["Somebody Else"])
    assert alone[0] != alone[1]
    found: dict[int, list[bool]] = {0: [], 1: []}

    def judge(which: int) -> None:
        for _ in range(12):
            found[which].append(strength(name, [(name, "Somebody Else")[which]]) == alone[which])

    threads = [threading.Thread(target=judge, args=(which,)) for which in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {0: [True] * 12, 1: [True] * 12}
