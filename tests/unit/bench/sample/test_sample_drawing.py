"""Drawn people: seen by the face engine where they are, and nowhere else."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from bench.sample.backdrop import KINDS, SCENES
from bench.sample.camera import project, surface_point, take
from bench.sample.figure import Figure, People
from bench.sample.head import build_head, expressed
from bench.sample.organisation import face_there
from bench.sample.person import DAYLIGHT, STRAIGHT, Expression, Light, Pose, features_of
from bench.sample.photo import Picture, draw
from dsr_desk.faces.engine import Pixels
from dsr_desk.faces.registry import load_engine


@pytest.fixture(scope="module")
def people() -> People:
    return People([features_of(number, seed=1) for number in range(6)])


def pixels(picture: Picture, people: People) -> Pixels:
    with Image.open(io.BytesIO(draw(picture, people))) as photo:
        return np.asarray(photo.convert("RGB"))


def portrait(person: int, **changes: object) -> Picture:
    figure = Figure(person, x=160, y=150, scale=64, mood=Expression(smile=0.4))
    return Picture(**{"seed": person, "wide": 320, "tall": 320, "place": "wall", "figures": (figure,), **changes})  # type: ignore[arg-type]


def test_a_drawn_face_is_found_where_it_was_drawn(people: People) -> None:
    engine = load_engine()
    found = 0
    for person in range(6):
        boxes = [detection.box for detection in engine.detect(pixels(portrait(person), people))]
        found += any(box.left < 160 < box.right and box.top < 150 < box.bottom for box in boxes)
        assert len(boxes) <= 1
    assert found >= 5


@pytest.mark.parametrize("scene", SCENES)
def test_in_a_photo_of_nobody_no_face_is_found(scene: str, people: People) -> None:
    assert load_engine().detect(pixels(Picture(3, 320, 320, scene), people)) == []


@pytest.mark.parametrize("place", KINDS)
def test_every_background_can_stand_behind_a_person(place: str, people: People) -> None:
    shown = pixels(portrait(0, place=place), people)
    assert shown.shape == (320, 320, 3)
    assert shown.std() > 10


@pytest.mark.parametrize("quarter", range(4))
def test_the_truth_follows_a_face_through_turning_and_shrinking(quarter: int) -> None:
    picture = Picture(1, 400, 300, "wall", small=0.5, quarter=quarter)
    there = face_there(Figure(0, x=120, y=40, scale=50), picture)
    marked = Image.new("L", (400, 300))
    marked.paste(255, (118, 38, 122, 42))
    marked = marked.resize((200, 150))
    for _ in range(quarter):
        marked = marked.transpose(Image.Transpose.ROTATE_90)
    rows, columns = np.nonzero(np.asarray(marked) > 128)
    assert abs(there.x - columns.mean()) < 1.5
    assert abs(there.y - rows.mean()) < 1.5
    assert there.half == 20


def test_light_from_the_left_brightens_the_left_of_the_face(people: People) -> None:
    light = Light(direction=(-0.9, 0.1, 0.3), soft=0.2)
    shown = pixels(portrait(0, light=light, grain=0.0), people).astype(float)
    assert shown[150:200, 120:150].mean() > 1.15 * shown[150:200, 170:200].mean()


def test_a_head_turned_to_the_right_has_its_nose_on_the_right() -> None:
    face = features_of(2, seed=1)
    head = build_head(face)
    shot = take(head, STRAIGHT, DAYLIGHT, 60)
    nose = np.array([surface_point(head, 0.0, face.nose_long)], np.float32)
    straight, turned = project(nose, STRAIGHT, shot)[0], project(nose, Pose(yaw=25), shot)[0]
    assert turned[0] > straight[0] + 10


def test_a_smile_changes_the_mouth_and_leaves_the_forehead() -> None:
    face = features_of(3, seed=1)
    head = build_head(face)
    rest, smile = expressed(head, face, Expression()), expressed(head, face, Expression(smile=0.9))
    changed = np.abs(rest.colour - smile.colour).max(axis=2) > 0.02
    assert changed[230:285].any()
    assert not changed[:100].any()


def test_the_first_people_look_the_same_whatever_the_seed_and_later_ones_do_not() -> None:
    assert features_of(5, seed=1) == features_of(5, seed=2)
    assert features_of(60, seed=1) != features_of(60, seed=2)
