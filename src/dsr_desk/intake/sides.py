"""Who is who in a letter: what belongs to the organisation, what to whoever writes."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from dsr_desk.intake.model import NO_HOUSE, House

_LETTER = r"[^\W\u3000-\u9fff\uac00-\ud7ff]"
ADDRESS = re.compile(
    rf"(?<!{_LETTER})(?<![.+%'@-])(?:{_LETTER}|[.+%'-]){{1,64}}@(?:{_LETTER}|-){{1,63}}(?:\.(?:{_LETTER}|-){{1,63}}){{1,6}}"
    rf"(?!{_LETTER}|@)"
)
"""An e-mail address; what Japanese and Chinese write next to it without a blank is no part of it."""

PROVIDERS = frozenset({
    "126.com", "163.com", "alice.it", "aol.com", "att.net", "bluewin.ch", "bol.com.br", "btinternet.com",
    "comcast.net", "docomo.ne.jp", "ezweb.ne.jp", "fastmail.com", "free.fr", "freenet.de", "gmail.com", "gmx.at",
    "gmx.ch", "gmx.com", "gmx.de", "gmx.net", "google.com", "googlemail.com", "hetnet.nl", "hotmail.com",
    "hotmail.de", "hotmail.es", "hotmail.fr", "hotmail.it", "i.ua", "icloud.com", "interia.pl", "kpnmail.nl",
    "laposte.net", "libero.it", "live.com", "mac.com", "mail.com", "mail.ru", "mailbox.org", "me.com", "meta.ua",
    "msn.com", "mynet.com", "o2.pl", "onet.pl", "op.pl", "orange.fr", "outlook.com", "outlook.de", "outlook.es",
    "outlook.fr", "planet.nl", "pm.me", "posteo.de", "proton.me", "protonmail.com", "qq.com", "rambler.ru", "sapo.pt",
    "sfr.fr", "sky.com", "softbank.ne.jp", "t-online.de", "terra.com.br", "tiscali.it", "tuta.io", "tutanota.com",
    "ukr.net", "uol.com.br", "verizon.net", "virgilio.it", "virginmedia.com", "walla.co.il", "wanadoo.fr", "web.de",
    "wp.pl", "xs4all.nl", "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yahoo.com.br", "yahoo.de", "yahoo.es",
    "yahoo.fr", "yahoo.it", "yandex.com", "yandex.ru", "ymail.com", "ziggo.nl", "zoho.com",
})  # fmt: skip
"""Where people of all houses have their mail: no house is known by such a domain."""


@dataclass(frozen=True)
class Sides:
    """The organisation, and addresses and names of whoever writes (in lower case)."""

    house: House = NO_HOUSE
    writer: frozenset[str] = frozenset()

    def is_house(self, address: str) -> bool:
        """Whether an e-mail address belongs to the organisation."""
        lowered = address.lower()
        domain = lowered.rpartition("@")[2]
        own = (one.lower().lstrip("@.") for one in self.house.domains)
        return lowered in {one.lower() for one in self.house.addresses} or any(
            domain == one or domain.endswith(f".{one}") for one in own
        )

    def is_writers(self, who: str) -> bool:
        """Whether an address or a name is the writer's."""
        return " ".join(who.lower().split()) in self.writer

    def is_house_phone(self, number: str) -> bool:
        digits = _digits(number)
        return any(
            min(len(digits), len(own)) >= 6 and (digits.endswith(own) or own.endswith(digits))
            for own in map(_digits, self.house.phones)
        )

    def is_house_person(self, name: str) -> bool:
        """Whether a name is that of the organisation or of somebody who works there."""
        return _words(name) in {_words(one) for one in (self.house.name, *self.house.people) if one}


def with_own(house: House, addresses: Collection[str], hosts: Collection[str] = ()) -> House:
    """The house with further addresses of its own; their domains are its too, unless a mail provider has them."""
    found = {one.lower() for one in addresses}
    domains = {one.rpartition("@")[2] for one in found} | {one.lower() for one in hosts}
    return replace(
        house,
        addresses=(*house.addresses, *sorted(found - set(house.addresses))),
        domains=(*house.domains, *sorted(domains - PROVIDERS - set(house.domains))),
    )


def addresses_in(text: str) -> list[str]:
    """E-mail addresses in a text, as they are written there."""
    return [one.strip("'.") for one in ADDRESS.findall(text)]


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number).lstrip("0")


def _words(name: str) -> tuple[str, ...]:
    return tuple(sorted(re.findall(r"\w+", name.lower())))
