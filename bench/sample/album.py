"""Which photos the sample organisation holds: portraits, groups, photos of nobody, and some that are hard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.sample.backdrop import KINDS, SCENES
from bench.sample.figure import Figure
from bench.sample.person import SHIRTS, Colour, Expression, Light, Pose
from bench.sample.photo import Picture

SIDE, GROUP_TALL = 256, 220
"""Pixels. Small photos are looked at quickly, and faces stand as large in them as in others."""

HARD = ("small", "dark", "turned away", "sunglasses", "blurred", "on its side")


@dataclass(frozen=True)
class Planned:
    """A picture with its name in the dataset; `hard` says why its face may be missed, `owner` whose account has it."""

    name: str
    picture: Picture
    owner: int
    hard: str = ""


@dataclass(frozen=True)
class Album:
    """All pictures to draw: those of the folder, those of the shards, and the two that come with the letter."""

    portraits: tuple[Planned, ...]
    events: tuple[Planned, ...]
    references: tuple[Picture, ...]


def plan_album(people: int, subject: int, rng: np.random.Generator) -> Album:
    """Portraits of everybody and events; the subject is in more of them, in easy and in hard ones."""
    portraits: list[Planned] = []
    for person in range(people):
        for shot in range(6 if person == subject else 1 + person % 2):
            hard = _hardness(person, shot, subject)
            portraits.append(Planned(_name("p", len(portraits)), _portrait(person, rng, hard, shot), person, hard))
    for number in range(5):
        owner = int(rng.integers(people))
        portraits.append(Planned(_name("p", len(portraits)), _nobody(number, rng), owner))
    events: list[Planned] = []
    for person in range(subject % 4, people, 4):
        hard = HARD[(person // 12) % len(HARD)] if person % 12 == 7 and person != subject else ""
        events.append(Planned(_name("e", len(events)), _portrait(person, rng, hard, 7), person, hard))
    for number in range(max(3, people * 3 // 4)):
        group = _group(people, number, subject, rng)
        events.append(Planned(_name("e", len(events)), _together(group, rng), group[0]))
    for number in range(5):
        events.append(Planned(_name("e", len(events)), _nobody(number + 1, rng), int(rng.integers(people))))
    references = tuple(_portrait(subject, rng, "", shot) for shot in (0, 1))
    return Album(_shuffled(portraits, rng), _shuffled(events, rng), references)


def _hardness(person: int, shot: int, subject: int) -> str:
    if person == subject:
        return {3: "dark", 4: "turned away", 5: "small"}.get(shot, "")
    return HARD[(person // 8) % len(HARD)] if shot == 1 and person % 8 == 5 else ""


def _name(kind: str, number: int) -> str:
    return f"{kind}{number:05d}"


def _shuffled(planned: list[Planned], rng: np.random.Generator) -> tuple[Planned, ...]:
    """Names stay with their places, pictures change theirs, so that a name tells nothing about who is shown."""
    order = rng.permutation(len(planned))
    return tuple(
        Planned(planned[i].name, planned[j].picture, planned[j].owner, planned[j].hard)
        for i, j in enumerate(order.tolist())
    )


def _light(rng: np.random.Generator, *, dark: bool = False) -> Light:
    return Light(
        direction=(float(rng.uniform(-0.75, 0.75)), float(rng.uniform(0.15, 0.7)), float(rng.uniform(0.6, 0.9))),
        warmth=float(rng.uniform(-0.6, 0.9)),
        soft=float(rng.uniform(0.3, 0.6)),
        exposure=0.16 if dark else float(rng.uniform(0.85, 1.15)),
    )


def _mood(rng: np.random.Generator) -> Expression:
    return Expression(
        smile=float(rng.uniform(0, 0.95)),
        open_mouth=float(rng.choice((0.0, 0.0, 0.35))),
        brows=float(rng.uniform(-0.3, 0.8)),
        lids=float(rng.uniform(-0.25, 0.12)),
        gaze=(float(rng.uniform(-0.35, 0.35)), float(rng.uniform(-0.2, 0.2))),
    )


def _shirt(rng: np.random.Generator) -> Colour:
    """Any shirt in any photo: nobody is to be known by it."""
    return SHIRTS[int(rng.integers(len(SHIRTS)))]


def _portrait(person: int, rng: np.random.Generator, hard: str, shot: int) -> Picture:
    calm = shot == 0
    turn = 6 if calm else 22
    yaw = float(rng.uniform(-turn, turn))
    if hard == "turned away":
        yaw = float(rng.choice((-1, 1)) * rng.uniform(48, 58))
    figure = Figure(
        person,
        x=SIDE / 2 + float(rng.uniform(-14, 14)),
        y=SIDE * 0.47 + float(rng.uniform(-12, 12)),
        scale=float(rng.uniform(54, 72)),
        pose=Pose(yaw, float(rng.uniform(-7, 7)), float(rng.uniform(-3, 3) if calm else rng.uniform(-9, 9))),
        mood=_mood(rng),
        shirt=_shirt(rng),
        sunglasses=hard == "sunglasses",
    )
    return Picture(
        seed=int(rng.integers(2**31)),
        wide=SIDE,
        tall=SIDE,
        place=str(rng.choice(KINDS)),
        figures=(figure,),
        light=_light(rng, dark=hard == "dark"),
        grain=0.05 if hard == "dark" else float(rng.uniform(0.003, 0.011)),
        blur=2.6 if hard == "blurred" else 0.0,
        small=0.22 if hard == "small" else 1.0,
        quarter=1 if hard == "on its side" else 0,
        quality=int(rng.integers(82, 94)),
    )


def _group(people: int, number: int, subject: int, rng: np.random.Generator) -> list[int]:
    """Three to five people; the subject is in every eighth group."""
    others = [person for person in range(people) if person != subject]
    size = min(int(rng.integers(3, 6)), people)
    chosen = [int(person) for person in rng.choice(others, size, replace=False)]
    if number % 8 == 1:
        chosen[int(rng.integers(1, len(chosen)))] = subject
    return chosen


def _together(group: Sequence[int], rng: np.random.Generator) -> Picture:
    apart = 124
    wide = apart * len(group) + 40
    figures = tuple(
        Figure(
            person,
            x=20 + apart * (place + 0.5) + float(rng.uniform(-8, 8)),
            y=110 + float(rng.uniform(-18, 18)),
            scale=float(rng.uniform(40, 48)),
            pose=Pose(float(rng.uniform(-18, 18)), float(rng.uniform(-5, 5)), float(rng.uniform(-6, 6))),
            mood=_mood(rng),
            shirt=_shirt(rng),
        )
        for place, person in enumerate(group)
    )
    return Picture(
        seed=int(rng.integers(2**31)),
        wide=wide,
        tall=GROUP_TALL,
        place=str(rng.choice(KINDS)),
        figures=figures,
        light=_light(rng),
        grain=float(rng.uniform(0.003, 0.009)),
    )


def _nobody(number: int, rng: np.random.Generator) -> Picture:
    return Picture(int(rng.integers(2**31)), SIDE, SIDE, SCENES[number % len(SCENES)])
