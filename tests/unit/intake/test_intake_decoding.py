"""Letters in every encoding that people's programs still write, and without what nobody sees."""

from __future__ import annotations

import pytest

from dsr_desk.intake.decoding import cleaned, decode, valued

GERMAN = "Bitte löschen Sie meine Fotos. Jürgen Weißmüller, Hauptstraße 5"
FRENCH = "Je vous demande d’effacer mes données et mes photos. Amélie Rousseau, à Paris"
POLISH = "Proszę o usunięcie moich zdjęć i danych. Zofia Łukasik, ul. Długa 4, Łódź"
CZECH = "Žádám o výmaz všech fotografií. Jiří Dvořák, Příkopy 5, Praha"
TURKISH = "Fotoğraflarımın silinmesini istiyorum. Adım Ayşe Yılmaz, İstanbul"
UKRAINIAN = "Прошу видалити мої фотографії та всі дані. Мене звати Олена Шевченко"
RUSSIAN = "Прошу удалить все мои фотографии. С уважением, Иван Петров"
GREEK = "Παρακαλώ διαγράψτε τις φωτογραφίες μου. Με εκτίμηση, Νίκος Παπαδόπουλος"
HEBREW = "אני מבקש למחוק את כל התמונות שלי. בברכה, דוד כהן"
ARABIC = "أطلب حذف جميع صوري وبياناتي الشخصية. اسمي فاطمة الزهراء"
JAPANESE = "私の写真と個人情報をすべて削除してください。山田太郎"
CHINESE = "请删除我的照片和所有个人数据。我的名字是王小明。谢谢。"
TAIWANESE = "請刪除我的照片和所有個人資料。我的名字是王小明,謝謝。"
KOREAN = "제 사진과 모든 개인정보를 삭제해 주세요. 제 이름은 김민수입니다."

WRITTEN = [
    (GERMAN, "windows-1252"),
    (GERMAN, "macintosh"),
    (FRENCH, "windows-1252"),
    (POLISH, "windows-1250"),
    (POLISH, "iso-8859-2"),
    (CZECH, "iso-8859-2"),
    (TURKISH, "iso-8859-9"),
    (UKRAINIAN, "windows-1251"),
    (UKRAINIAN, "koi8-u"),
    (RUSSIAN, "koi8-r"),
    (RUSSIAN, "iso-8859-5"),
    (GREEK, "iso-8859-7"),
    (HEBREW, "windows-1255"),
    (ARABIC, "windows-1256"),
    (JAPANESE, "shift_jis"),
    (JAPANESE, "euc-jp"),
    (JAPANESE, "iso-2022-jp"),
    (CHINESE, "gb2312"),
    (CHINESE, "gb18030"),
    (TAIWANESE, "big5"),
    (KOREAN, "euc-kr"),
    (KOREAN, "iso-2022-kr"),
]


@pytest.mark.parametrize(("text", "encoding"), WRITTEN)
@pytest.mark.parametrize("declared", ["", "rightly", "utf-8", "iso-8859-1"])
def test_a_letter_is_read_in_its_encoding_whatever_is_declared(text: str, encoding: str, declared: str) -> None:
    assert decode(text.encode(encoding), encoding if declared == "rightly" else declared) == text


@pytest.mark.parametrize("text", sorted({text for text, _ in WRITTEN}))
@pytest.mark.parametrize("declared", ["", "utf-8", "us-ascii", "iso-8859-1", "windows-1251", "shift_jis", "gb2312"])
def test_utf_8_is_noticed_under_every_name(text: str, declared: str) -> None:
    assert decode(text.encode(), declared) == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_known_by_its_mark_or_by_its_zero_bytes(encoding: str) -> None:
    assert decode("Grüße, Jane Roe".encode(encoding), "us-ascii") == "Grüße, Jane Roe"


def test_a_cut_sign_does_not_spoil_the_rest() -> None:
    assert decode((GERMAN * 3).encode()[:-1] + b"\xc3").startswith(GERMAN)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("weiss\u00admueller@example.org", "weissmueller@example.org"),
        ("jane\u200b_\u200croe\u2060\ufeff", "jane_roe"),
        ("\u202a+44 20 7946 0000\u202c\u200e", "+44 20 7946 0000"),
        ("\u2066jane@example.org\u2069", "jane@example.org"),
        ("\x1b[31mJane\x1b[0m \x1b(BRoe", "Jane Roe"),
        ("Jane\u00a0Roe\u2009\u3000x", "Jane Roe  x"),
        ("Ame\u0301lie", "Amélie"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("K-77\u200d120", "K-77120"),
    ],
)
def test_what_nobody_sees_is_no_part_of_a_value(text: str, right: str) -> None:
    assert cleaned(text) == right


def test_lines_keep_their_numbers() -> None:
    assert cleaned("one\r\ntwo\rthree\u2028four\u00ad\n\nsix").split("\n") == ["one", "two", "three", "four", "", "six"]


def test_digits_of_every_script_have_their_value_and_their_place() -> None:
    written = "٠٦١-२३ ０９０ ｊ＠ｘ．ｏｒｇ 山"
    assert valued(written) == "061-23 090 j@x.org 山"
    assert len(valued(written)) == len(written)


def test_a_row_of_blanks_without_end_is_kept_as_wide_as_columns_need() -> None:
    assert cleaned("a" + " \t\u00a0" * 9_000 + "b\nc") == "a" + " " * 40 + "b\nc"
    assert cleaned("Name:" + " " * 40 + "Ada") == "Name:" + " " * 40 + "Ada"
