"""What an officer must be able to answer about the model that compares faces."""

from __future__ import annotations

from dataclasses import dataclass

from dsr_desk.core.message import Message, message, quoted


@dataclass(frozen=True)
class ModelCard:
    """Statements of whoever made or brought the model; "" where there is none.

    `consent` says whether the people of `trained_on` were asked. `own` is an organisation's own model.
    """

    name: str
    networks: tuple[str, ...]
    trained_on: str = ""
    consent: str = ""
    known_weaknesses: str = ""
    licence: str = ""
    own: bool = False

    @property
    def lines(self) -> list[Message]:
        """One sentence a statement; what nobody stated is said to be so."""
        name = message("engine.card", name=quoted(self.name), networks=self.networks)
        said = (self.trained_on, self.consent, self.known_weaknesses, self.licence)
        kinds = ("trained", "consent", "weak", "licence")
        return [name, *(_statement(kind, one) for kind, one in zip(kinds, said, strict=True))]


def built_in(kind: str) -> str:
    """What is stated of the built-in engine, in English: `trained`, `consent`, `weak` or `licence`."""
    return message(f"engine.built-in.{kind}").say("en")


def _statement(kind: str, said: str) -> Message:
    says = quoted(said) if said else message("engine.card.not-stated")
    if said == built_in(kind):
        says = message(f"engine.built-in.{kind}")
    return message(f"engine.card.{kind}", says=says)
