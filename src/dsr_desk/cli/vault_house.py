"""dsr-desk vault house: what the organisation calls its own when letters are read, and keys of known agents."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click

from dsr_desk.app.vault import house as ours
from dsr_desk.cli.common import emit, with_desk

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk

_WORDS = {
    "domains": "Own domains",
    "addresses": "Own addresses",
    "phones": "Own telephone numbers",
    "people": "Own people",
    "zone": "Time zone",
    "country": "Country",
}


@click.command()
@with_desk
@click.option("--own-domain", "domains", multiple=True, metavar="DOMAIN", help="A domain of ours; repeatable.")
@click.option("--own-address", "addresses", multiple=True, metavar="E-MAIL", help="An address elsewhere; repeatable.")
@click.option("--own-phone", "phones", multiple=True, metavar="NUMBER", help="A number of ours; repeatable.")
@click.option("--own-person", "people", multiple=True, metavar="NAME", help="Who works here; repeatable.")
@click.option("--zone", default=None, metavar="ZONE", help="In which time zone days count, as Europe/Berlin.")
@click.option("--country", default=None, metavar="CC", help="How numbers and days without a country are read, as DE.")
@click.option("--agent", "agents", multiple=True, metavar="ID=KEY", help="An agent's Ed25519 key in hex; repeatable.")
@click.option("--forget-agent", "gone", multiple=True, metavar="ID", help="An agent whose key is not to be used.")
def house(
    desk: Desk,
    domains: tuple[str, ...],
    addresses: tuple[str, ...],
    phones: tuple[str, ...],
    people: tuple[str, ...],
    zone: str | None,
    country: str | None,
    agents: tuple[str, ...],
    gone: tuple[str, ...],
) -> None:
    """Show or set what is ours in letters: nobody's identifiers. What is given takes the place of what was; "" clears.

    The key of an agent is added to those that are known.
    """
    lists = {"domains": domains, "addresses": addresses, "phones": phones, "people": people}
    changed: dict[str, Any] = {name: value for name, value in lists.items() if value}
    changed |= {name: value for name, value in (("zone", zone), ("country", country)) if value is not None}
    before = ours.kept_house(desk)
    if agents or gone:
        kept = {agent: key for agent, key in before.agents.items() if agent not in gone}
        changed["agents"] = {**kept, **dict(map(_agent, agents))}
    if changed:
        ours.set_house(desk, replace(before, **changed))
    now = {name: value for name, value in asdict(ours.kept_house(desk)).items() if name != "name"}
    shown = {name: ", ".join(now[name]) if isinstance(now[name], tuple) else now[name] for name in _WORDS}
    lines = [f"{word}: {shown[name] or 'not set'}" for name, word in _WORDS.items()]
    lines += [f"Agent {agent}: {key}" for agent, key in now["agents"].items()]
    emit(now, *lines)


def _agent(given: str) -> tuple[str, str]:
    agent, _, key = given.rpartition("=")
    if not agent:
        raise click.UsageError("--agent takes ID=KEY")
    return agent, key
