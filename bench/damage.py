"""What becomes of names and identifiers between a person and a table: spellings, slips, hashes. For the benchmarks.

Each way takes a person and numbers from 0 to 1 and returns what the record holds; None where it does not apply.
Names are put into Latin letters by the rules of passports, of English and of German books, not by the program's own.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Sequence

from bench.invented_people import LATIN_ARABIC, Person, ascii_name

Way = Callable[[Person, Sequence[float]], str | None]

_LATIN_RUSSIAN = (
    "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch ie y _ e iu ia".split(),  # noqa: SIM905
    "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya".split(),  # noqa: SIM905
    "a b w g d je jo sch s i j k l m n o p r s t u f ch z tsch sch schtsch _ y _ e ju ja".split(),  # noqa: SIM905
)
_RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_LATIN_GREEK = (
    dict(zip("αβγδεζηθικλμνξοπρστυφχψως", "a v g d e z i th i k l m n x o p r s t y f ch ps o s".split(), strict=True)),  # noqa: SIM905
    dict(
        zip(
            "αβγδεζηθικλμνξοπρστυφχψως",
            [
                "a",
                "b",
                "g",
                "d",
                "e",
                "z",
                "e",
                "th",
                "i",
                "k",
                "l",
                "m",
                "n",
                "ks",
                "o",
                "p",
                "r",
                "s",
                "t",
                "u",
                "ph",
                "h",
                "ps",
                "o",
                "s",
            ],
            strict=True,
        )
    ),
)
_GREEK_PAIRS = {"ου": "ou", "γγ": "ng", "μπ": "b", "ντ": "nt", "ευ": "ev", "αυ": "av", "χρ": "chr"}
_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ø": "oe", "å": "aa"}
)
_OTHER = str.maketrans("łŁıđĐ", "lLidD")
_SHORT = {
    "Robert": "Bob", "William": "Bill", "Elizabeth": "Liz", "Margaret": "Peggy", "Jennifer": "Jenny", "James": "Jim",
    "Catherine": "Kate", "Richard": "Dick", "Thomas": "Tom", "Susan": "Sue", "Michael": "Mike", "Katarzyna": "Kasia",
    "Charles": "Chuck", "Christopher": "Chris", "Joseph": "Joe", "Rebecca": "Becky", "Andrew": "Drew",
    "Maximilian": "Max", "Johannes": "Hans", "Małgorzata": "Gosia", "Stanisław": "Staszek", "Francisco": "Paco",
    "Concepción": "Conchita", "José": "Pepe", "Gabriele": "Gabi", "Екатерина": "Катя", "Дмитрий": "Дима",
    "Владимир": "Вова", "Ольга": "Оля", "Krzysztof": "Krzysiek", "Wojciech": "Wojtek", "Elisabeth": "Lisa",
    "Friedrich": "Fritz", "Jesús": "Chuy", "Victoria": "Vicky", "Daniel": "Danny", "Edward": "Ted", "Timothy": "Tim",
    "Samantha": "Sam", "Patricia": "Pat", "Barbara": "Barb", "Deborah": "Debbie", "Jessica": "Jess",
    "Agnieszka": "Aga", "Aleksandra": "Ola", "Юлия": "Юля", "Сергей": "Серёжа", "Наталья": "Наташа",
    "Алексей": "Лёша", "Евгений": "Женя", "Татьяна": "Таня", "Михаил": "Миша", "Анастасия": "Настя",
    "Николай": "Коля", "Светлана": "Света", "Pilar": "Pili", "Javier": "Javi",
}  # fmt: skip


def _capitals(person: Person, _: Sequence[float]) -> str:
    return person.name.upper()


def _comma(person: Person, _: Sequence[float]) -> str:
    return f"{person.family}, {person.given}"


def _swapped(person: Person, _: Sequence[float]) -> str:
    return f"{person.family} {person.given}"


def _initial(person: Person, _: Sequence[float]) -> str:
    return f"{person.given[0]}. {person.family}"


def _nickname(person: Person, _: Sequence[float]) -> str | None:
    return f"{_SHORT[person.given]} {person.family}" if person.given in _SHORT else None


def _without_accents(person: Person, _: Sequence[float]) -> str | None:
    if person.script != "latin" or person.name.isascii():
        return None
    plain = unicodedata.normalize("NFD", person.name.translate(_OTHER).replace("ß", "ss"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def _written_out(person: Person, _: Sequence[float]) -> str | None:
    written = person.name.translate(_OUT)
    return written if written != person.name else None


def _decomposed(person: Person, _: Sequence[float]) -> str | None:
    parted = unicodedata.normalize("NFD", person.name)
    return parted if parted != person.name else None


def _in_latin(system: int) -> Way:
    def way(person: Person, draw: Sequence[float]) -> str | None:
        if person.script == "latin" or (person.script == "arabic" and system == 2):
            return None
        return (
            f"{_latin(person.given, person.script, system, draw)} {_latin(person.family, person.script, system, draw)}"
        )

    return way


def _latin(word: str, script: str, system: int, draw: Sequence[float]) -> str:
    if script == "arabic":
        known = LATIN_ARABIC.get(word)
        return known[int(draw[0] * len(known))] if known else " ".join(map(_spoken, word.split()))
    if script == "greek":
        text = word.lower()
        text = "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
        for pair, latin in _GREEK_PAIRS.items():
            text = text.replace(pair, latin)
        return "".join(_LATIN_GREEK[system % 2].get(char, char) for char in text).capitalize()
    table = dict(zip(_RUSSIAN, _LATIN_RUSSIAN[system], strict=True))
    return "".join(table.get(char, char) for char in word.lower()).replace("_", "").capitalize()


def _spoken(word: str) -> str:
    """An Arabic word with an a between any two consonants, as a clerk might guess it."""
    sounds = dict(
        zip(
            "ابتجحخدرزسشصطعغفقكلمنهوي",
            [
                "a",
                "b",
                "t",
                "j",
                "h",
                "kh",
                "d",
                "r",
                "z",
                "s",
                "sh",
                "s",
                "t",
                "a",
                "gh",
                "f",
                "q",
                "k",
                "l",
                "m",
                "n",
                "h",
                "u",
                "i",
            ],
            strict=True,
        )
    )
    article = word.startswith("ال")
    letters = [sounds.get(char, "") for char in word.removeprefix("ال").replace("أ", "ا")]
    text = ""
    for place, sound in enumerate(filter(None, letters)):
        between = place == 1 and text[-1] not in "aiu" and sound not in ("a", "i", "u")
        text += ("a" if between else "") + sound
    return ("Al-" if article else "") + text.capitalize()


def _slip(part: str, kind: int) -> Way:
    """One slip of the pen in the given or family name: a letter left out, put in, replaced, or two exchanged."""

    def way(person: Person, draw: Sequence[float]) -> str | None:
        word = person.given if part == "given" else person.family
        if len(word) < 4:
            return None
        at = 1 + int(draw[1] * (len(word) - 2))
        letter = word[int(draw[2] * len(word))].lower()
        wrong = (
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
        )[kind]
        if wrong == word or "  " in wrong or wrong != wrong.strip():
            return None
        return f"{wrong} {person.family}" if part == "given" else f"{person.given} {wrong}"

    return way


def _middle(person: Person, draw: Sequence[float]) -> str:
    return f"{person.given} {'ABCDEFGHJKLMNPRSTW'[int(draw[3] * 18)]}. {person.family}"


def _second_family(person: Person, _: Sequence[float]) -> str | None:
    return f"{person.name}-Lindqvist" if person.script == "latin" else None


def _title(person: Person, _: Sequence[float]) -> str:
    return f"Dr. {person.name}"


def _no_blank(person: Person, _: Sequence[float]) -> str | None:
    return person.name.replace(" ", "_") if person.name.count(" ") == 1 else None


NAME_WAYS: dict[str, Way] = {
    "as it is": lambda person, _: person.name,
    "capitals": _capitals,
    "family name, given name": _comma,
    "family name first": _swapped,
    "given name as initial": _initial,
    "nickname": _nickname,
    "accents left out": _without_accents,
    "umlauts written out": _written_out,
    "accents as marks of their own": _decomposed,
    "Latin letters, passport": _in_latin(0),
    "Latin letters, English": _in_latin(1),
    "Latin letters, German": _in_latin(2),
    "a letter left out of the given name": _slip("given", 0),
    "a letter put into the given name": _slip("given", 1),
    "a letter replaced in the given name": _slip("given", 2),
    "two letters exchanged in the given name": _slip("given", 3),
    "a letter left out of the family name": _slip("family", 0),
    "a letter put into the family name": _slip("family", 1),
    "a letter replaced in the family name": _slip("family", 2),
    "two letters exchanged in the family name": _slip("family", 3),
    "a middle initial": _middle,
    "a second family name": _second_family,
    "a title": _title,
    "underscore for blank": _no_blank,
}
ONE_EDIT = tuple(name for name in NAME_WAYS if "letter" in name and "Latin" not in name)


def _hashed(kind: str, of: Callable[[Person], str], *, capitals: bool = False) -> Way:
    def way(person: Person, _: Sequence[float]) -> str:
        digest = hashlib.new(kind, of(person).encode(), usedforsecurity=False).hexdigest()
        return digest.upper() if capitals else digest

    return way


def _email(person: Person) -> str:
    return person.email.lower()


def _dotted(person: Person, _: Sequence[float]) -> str | None:
    local, _at, host = person.email.partition("@")
    return f"{local[0]}.{local[1:]}@{host}" if host == "gmail.com" else None


def _googlemail(person: Person, _: Sequence[float]) -> str | None:
    return person.email.replace("@gmail", "@googlemail") if "@gmail" in person.email else None


EMAIL_WAYS: dict[str, Way] = {
    "as it is": lambda person, _: person.email,
    "capitals": lambda person, _: person.email.upper(),
    "a plus tag": lambda person, _: person.email.replace("@", "+news@"),
    "dots at Gmail": _dotted,
    "googlemail": _googlemail,
    "with a name": lambda person, _: f"{ascii_name(person.given)} <{person.email}>",
    "two in one field": lambda person, _: f"office@example.com; {person.email}",
    "mailto": lambda person, _: f"mailto:{person.email}",
    "MD5": _hashed("md5", _email),
    "SHA-1": _hashed("sha1", _email),
    "SHA-256": _hashed("sha256", _email),
    "SHA-256 in capitals": _hashed("sha256", _email, capitals=True),
}


def _national(person: Person) -> str:
    prefix = {"DE": 3, "PL": 3, "US": 2, "ES": 3, "FR": 3, "TR": 3, "VN": 3, "RU": 2, "GR": 3, "EG": 3}[person.country]
    trunk = {"RU": "8", "US": "", "ES": "", "PL": "", "GR": ""}.get(person.country, "0")
    return trunk + person.phone[prefix:]


def _grouped(person: Person, _: Sequence[float]) -> str:
    number = person.phone
    return f"{number[:3]} {number[3:6]} {number[6:9]} {number[9:]}".strip()


PHONE_WAYS: dict[str, Way] = {
    "as it is": lambda person, _: person.phone,
    "in groups": _grouped,
    "00 in front": lambda person, _: "00" + person.phone[1:],
    "(0) inside": lambda person, _: f"{person.phone[:3]} (0) {person.phone[3:]}" if person.country == "DE" else None,
    "national": lambda person, _: _national(person),
    "national, with strokes": lambda person, _: (
        f"({_national(person)[:4]}) {_national(person)[4:7]}-{_national(person)[7:]}"
    ),
    "digits alone": lambda person, _: person.phone[1:],
    "MD5": _hashed("md5", lambda person: person.phone),
    "SHA-1 of the digits": _hashed("sha1", lambda person: person.phone[1:]),
    "SHA-256 of the last ten": _hashed("sha256", lambda person: person.phone[-10:]),
}
USER_WAYS: dict[str, Way] = {
    "as it is": lambda person, _: person.user_name,
    "capitals": lambda person, _: person.user_name.upper(),
    "@ in front": lambda person, _: f"@{person.user_name}",
}
ACCOUNT_WAYS: dict[str, Way] = {
    "as it is": lambda person, _: person.account,
    "small letters": lambda person, _: person.account.lower(),
}
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
BORN_WAYS: dict[str, Way] = {
    "year first": lambda person, _: person.born.isoformat(),
    "day first, dots": lambda person, _: f"{person.born:%d.%m.%Y}",
    "day first, strokes": lambda person, _: f"{person.born:%d/%m/%Y}",
    "month first": lambda person, _: f"{person.born:%m/%d/%Y}",
    "digits alone": lambda person, _: f"{person.born:%Y%m%d}",
    "month in words": lambda person, _: f"{person.born.day} {_MONTHS[person.born.month - 1]} {person.born.year}",
    "with a time": lambda person, _: f"{person.born.isoformat()}T00:00:00Z",
    "year of two digits": lambda person, _: f"{person.born:%d.%m.%y}",
}
ADDRESS_WAYS: dict[str, Way] = {
    "as it is": lambda person, _: person.address,
    "city first": lambda person, _: f"{person.city}, {person.street}",
    "capitals": lambda person, _: person.address.upper(),
    "street shortened": lambda person, _: (
        person.address.replace("straße", "str.").replace(" Street", " St.")
        if person.culture in ("german", "english")
        else None
    ),
    "without the city": lambda person, _: person.street,
}
WAYS: dict[str, dict[str, Way]] = {
    "name": NAME_WAYS,
    "e-mail": EMAIL_WAYS,
    "phone": PHONE_WAYS,
    "user name": USER_WAYS,
    "account id": ACCOUNT_WAYS,
    "date of birth": BORN_WAYS,
    "address": ADDRESS_WAYS,
}


def damaged(field: str, person: Person, draw: Sequence[float]) -> tuple[str, str]:
    """What a record holds of this field of a person and the way in which it is written; chosen by the first draw."""
    applying = [(name, value) for name, way in WAYS[field].items() if (value := way(person, draw[1:])) is not None]
    return applying[int(draw[0] * len(applying))]
