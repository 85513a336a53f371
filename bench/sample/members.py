"""The sample organisation's members: invented names, addresses and numbers, and the rows of its profile table."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np

# Even places are drawn with features more usual for men, odd ones for women, as the faces are.
_FIRST = (
    *("Tomasz", "Ines", "Kofi", "Mirela", "Anders", "Thandiwe", "Rafael", "Yuki", "Owen", "Leila", "Dario", "Signe"),
    *("Emeka", "Paula", "Henrik", "Amara", "Luca", "Ilse", "Farid", "Noor", "Bruno", "Wanjiru", "Stellan", "Oksana"),
    *("Mateus", "Greta", "Sipho", "Carmen", "Viktor", "Adwoa", "Emil", "Hana", "Jonas", "Samira", "Piotr", "Beatriz"),
    *("Kwame", "Freya", "Arjun", "Lucia", "Magnus", "Zola", "Teodor", "Mina", "Hugo", "Ayesha", "Ciaran", "Renata"),
)
_LAST = (
    *("Wolski", "Almeida", "Asare", "Petrescu", "Lindqvist", "Dube", "Moreira", "Hayashi", "Pritchard", "Tehrani"),
    *("Colombo", "Haugland", "Okafor", "Winter", "Sandvik", "Nwosu", "Ferraro", "Brandt", "Mansour", "van Dijk"),
    *("Keller", "Kamau", "Ekström", "Shevchuk", "Pereira", "Hoffmann", "Mokoena", "Ibáñez", "Sokolov", "Boateng"),
    *("Nygaard", "Mori", "Baumann", "Haddad", "Zieliński", "Carvalho", "Mensah", "Ashworth", "Raman", "Esposito"),
    *("Falk", "Ndlovu", "Ionescu", "Park", "Lefèvre", "Siddiqui", "Byrne", "Novak"),
)
_PLAIN = str.maketrans("łńśźżąęćóöüäéèñá", "lnszzaecoouaeena")
_HOSTS = ("example.org", "example.com", "example.net")


@dataclass(frozen=True)
class Member:
    """One invented person as the organisation knows them. `number` counts from 0; phones are from fiction ranges."""

    number: int
    first: str
    last: str
    email: str
    phone: str
    user_name: str
    account: str

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


@dataclass(frozen=True)
class Row:
    """A row of the profile table and whose it really is (None: nobody who is drawn)."""

    person: int | None
    cells: tuple[str, ...]


HEADER = ("account_id", "name", "email", "phone", "user_name", "photo", "joined", "country")


def make_members(count: int, rng: np.random.Generator) -> list[Member]:
    """So many members; past the list of names they repeat with a number, as namesakes do."""
    members = []
    for number in range(count):
        first, last = _FIRST[number % len(_FIRST)], _LAST[(number + 5 * (number // len(_LAST))) % len(_LAST)]
        plain_first, plain_last = (part.lower().translate(_PLAIN).replace(" ", "") for part in (first, last))
        again = str(number // len(_FIRST) + 1) if number >= len(_FIRST) else ""
        members.append(
            Member(
                number=number,
                first=first,
                last=last,
                email=f"{plain_first}.{plain_last}{again}@{_HOSTS[number % 3]}",
                phone=_phone(number),
                user_name=_user_name(plain_first, plain_last, rng) + again,
                account=f"LF-{20210 + number * 37}",
            )
        )
    return members


def _phone(number: int) -> str:
    if number % 3 == 1:
        return f"+44 20 7946 0{100 + number:03d}"
    if number % 3 == 2:
        return f"+49 30 23125 {number:03d}"
    return f"+1 202 555 01{number % 100:02d}"


def _user_name(first: str, last: str, rng: np.random.Generator) -> str:
    year = int(rng.integers(70, 100))
    return (f"{first}{year}", f"{first[0]}.{last}", f"{last}_{first[:2]}", f"{first}_{last[0]}{year}")[
        int(rng.integers(4))
    ]


def profile_rows(members: list[Member], photos: dict[int, str], subject: int) -> list[Row]:
    """Profiles as such tables are: some without photo or phone, some misspelt, the subject there more than once."""
    rows = [_row(member, photos.get(member.number, ""), subject) for member in members]
    me = members[subject]
    old = (
        f"LF-0{subject}407",
        f"{me.last.upper()}, {me.first}",
        f"{me.first[0].lower()}{me.last.lower().translate(_PLAIN)}.old@example.net",
        "",
        f"{me.user_name}_2019",
        "",
        "2019-04-02",
        "DE",
    )
    typing = (
        f"LF-{30000 + subject}",
        f"{me.first} {_slip(me.last)}",
        me.email.replace("@", "+photos@").upper(),
        me.phone.replace(" ", "").replace("+49", "0"),
        "",
        "",
        "2022-11-19",
        "DE",
    )
    namesake = (
        f"LF-{31000 + subject}",
        f"{me.first[0]}. {me.last}",
        f"{me.first[0].lower()}.{me.last.lower().translate(_PLAIN)}.other@example.com",
        "+49 30 23125 901",
        f"{me.last.lower().translate(_PLAIN)}_other",
        "",
        "2023-01-08",
        "DE",
    )
    rows.insert(len(rows) // 3, Row(subject, old))
    rows.insert(2 * len(rows) // 3, Row(subject, typing))
    rows.append(Row(None, namesake))
    return rows


def _row(member: Member, photo: str, subject: int) -> Row:
    name, phone, email = member.name, member.phone, member.email
    if member.number != subject:
        if member.number % 11 == 3:
            name = _slip(name)
        if member.number % 7 == 4:
            name = f"{member.last}, {member.first}"
        if member.number % 9 == 5:
            phone = ""
        if member.number % 6 == 2:
            email = email.replace(".", "", 1) if member.number % 4 else email.upper()
        if member.number % 8 == 6:
            photo = ""
    year, month = 2018 + member.number % 6, 1 + member.number * 5 % 12
    joined = f"{year}-{month:02d}-{1 + member.number * 3 % 28:02d}"
    country = ("US", "GB", "DE")[member.number % 3]
    return Row(member.number, (member.account, name, email, phone, member.user_name, photo, joined, country))


def _slip(name: str) -> str:
    """The name with a letter left out, as in haste."""
    return name[:-2] + name[-1]


def as_csv(rows: list[Row]) -> bytes:
    """The table in UTF-8 with CRLF, as spreadsheets write it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    writer.writerows(row.cells for row in rows)
    return out.getvalue().encode()
