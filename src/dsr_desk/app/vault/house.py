"""What the organisation calls its own, so that nobody takes it for a requester's; and the keys of known agents."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any
from zoneinfo import ZoneInfo

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.deadlines import Place, PlaceUnknown, free_days
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.intake.model import House

SETTING = "house"
_LISTS = ("domains", "addresses", "phones", "people")


class HouseUnfit(DeskError):
    code = "VAULT-HOUSE-UNFIT"
    happened = "{value} cannot be kept: {why}."
    means = "Letters would be read wrongly with it. Nothing was changed."
    todo = "Correct it and set it again."


def our_house(desk: Desk) -> House:
    """What letters are read with: what was set, with the names of organisation and officers and the vault's country."""
    with desk.vault.turn():
        kept = kept_house(desk)
        people = tuple(dict.fromkeys((*kept.people, *desk.vault.officer_names().values())))
        return replace(kept, name=desk.vault.organisation, people=people, country=kept.country or desk.place.country)


def kept_house(desk: Desk) -> House:
    """What was set, and nothing else."""
    said: dict[str, Any] = json.loads(desk.vault.setting(SETTING) or "{}")
    lists = {name: tuple(said.get(name, ())) for name in _LISTS}
    zone, country = str(said.get("zone", "")), str(said.get("country", ""))
    return house_said(lists, zone=zone, country=country, agents=dict(said.get("agents", {})))


def house_said(lists: Mapping[str, tuple[str, ...]], *, zone: str, country: str, agents: Mapping[str, str]) -> House:
    """A house as an officer says it; `lists` by name: domains, addresses, phones, people."""
    return House(
        domains=lists["domains"],
        addresses=lists["addresses"],
        phones=lists["phones"],
        people=lists["people"],
        zone=zone,
        country=country,
        agents=agents,
    )


def set_house(desk: Desk, house: House) -> Change:
    """Holds for letters that are read from now on. Raises HouseUnfit."""
    fit = _fit(house)
    kept = {name: value for name, value in asdict(fit).items() if name != "name"}
    with desk.vault.transaction():
        touches = desk.vault.put_settings({SETTING: json.dumps(kept, ensure_ascii=False, sort_keys=True)})
        return desk.act(Draft(Kind.ORGANISATION), touches=touches)


def _fit(house: House) -> House:
    domains = tuple(one.lower().lstrip("@.") for one in _each(house.domains))
    for domain in domains:
        if "." not in domain or "@" in domain or " " in domain:
            raise HouseUnfit(value=domain, why=message("why.house.domain"))
    addresses = _each(house.addresses)
    for address in addresses:
        if address.count("@") != 1:
            raise HouseUnfit(value=address, why=message("why.house.address"))
    zone, country = house.zone.strip(), house.country.strip().upper()
    _require_zone(zone)
    try:
        free_days(Place(country), 2026, 2026)
    except PlaceUnknown as problem:
        raise HouseUnfit(value=country, why=message("why.house.country")) from problem
    return House(
        domains=domains,
        addresses=addresses,
        phones=_each(house.phones),
        people=_each(house.people),
        zone=zone,
        country=country,
        agents=_keys(house.agents),
    )


def _require_zone(zone: str) -> None:
    if not zone:
        return
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as problem:
        raise HouseUnfit(value=zone, why=message("why.house.zone")) from problem


def _keys(agents: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for agent, key in agents.items():
        bare = key.strip().lower()
        if not agent.strip() or not _is_key(bare):
            raise HouseUnfit(value=agent or key, why=_no_key())
        found[agent.strip()] = bare
    return found


def _is_key(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == 32 and len(text) == 64
    except ValueError:
        return False


def _no_key() -> Message:
    return message("why.house.key")


def _each(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(bare for one in values if (bare := " ".join(one.split()))))
