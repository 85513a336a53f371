from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from dsr_desk.ui import icons, theme
from dsr_desk.ui.theme import Tokens, Tone


def luminance(colour: str) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

    made = QColor(colour)
    red, green, blue = (linear(part) for part in (made.redF(), made.greenF(), made.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", theme.ALL, ids=lambda palette: palette.name)
def test_every_text_can_be_read_on_every_ground_it_stands_on(palette: Tokens) -> None:
    grounds = (palette.ground, palette.surface, palette.sunk, palette.accent_weak)
    pairs = [(ink, ground) for ink in (palette.text, palette.muted) for ground in grounds]
    pairs += [palette.of(tone) for tone in Tone]
    pairs += [
        (palette.on_accent, palette.accent),
        (palette.accent, palette.surface),
        (palette.accent, palette.accent_weak),
    ]
    worst = min(pairs, key=lambda pair: contrast(*pair))
    assert contrast(*worst) >= 5.0, worst


@pytest.mark.parametrize("palette", theme.ALL, ids=lambda palette: palette.name)
def test_focus_stands_out_from_what_it_surrounds(palette: Tokens) -> None:
    assert contrast(palette.focus, palette.surface) >= 3.0


def test_high_contrast_is_black_and_white_with_thick_lines() -> None:
    for palette in (theme.CONTRAST_DARK, theme.CONTRAST_LIGHT):
        assert contrast(palette.text, palette.ground) == pytest.approx(21.0)
        assert palette.border == 2


def test_the_style_sheet_has_a_value_for_every_token(qapp: QApplication) -> None:
    for palette in theme.ALL:
        assert "$" not in theme.style_sheet(palette)
        theme.use(palette)
        assert theme.tokens() is palette
        assert qapp.palette().window().color() == QColor(palette.ground)
    theme.use(theme.LIGHT)


def test_the_theme_follows_the_system(qapp: QApplication) -> None:
    follower = theme.follow_system(qapp)
    try:
        assert theme.tokens() in theme.ALL
    finally:
        follower.deleteLater()
        theme.use(theme.LIGHT)


def test_every_icon_draws_something_in_the_colour_asked_for() -> None:
    drawn = icons.names()
    assert {"danger", "warn", "ok", "done", "open", "begun", "lock", "offline"} <= set(drawn)
    for name in drawn:
        image = icons.pixmap(name, 32, "#A8201A").toImage()
        colours = {
            image.pixelColor(x, y).name() for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() == 255
        }
        assert colours, name
        if name != "app":
            assert all(
                max(abs(QColor(one).red() - 168), abs(QColor(one).green() - 32), abs(QColor(one).blue() - 26)) <= 2
                for one in colours
            ), name
