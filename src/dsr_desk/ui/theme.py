"""The look: palettes as tokens, and one style sheet made from them.

Widgets that paint themselves ask `tokens()` while they paint. Switching sends a palette change to every widget, so
nothing has to listen for the theme.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import resources
from string import Template

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication


class Tone(StrEnum):
    """What a colour says. The sign and the word that go with it say the same."""

    DANGER = "danger"
    WARN = "warn"
    OK = "ok"
    INFO = "info"
    PLAIN = "plain"


@dataclass(frozen=True)
class Tokens:
    """Colours as #RRGGBB. `weak` ones are grounds for text of the same tone."""

    name: str
    ground: str
    surface: str
    sunk: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_weak: str
    danger: str
    danger_weak: str
    warn: str
    warn_weak: str
    ok: str
    ok_weak: str
    info: str
    info_weak: str
    focus: str
    border: int = 1

    def of(self, tone: Tone) -> tuple[str, str]:
        """Text and ground of a tone."""
        if tone is Tone.PLAIN:
            return self.muted, self.sunk
        return getattr(self, tone.value), getattr(self, f"{tone.value}_weak")


_COLOURS = {
    "ground": ("#F4F6F8", "#12161B"),
    "surface": ("#FFFFFF", "#1A2027"),
    "sunk": ("#EBEEF2", "#0D1115"),
    "line": ("#D5DBE2", "#323C46"),
    "text": ("#17212B", "#E8EDF2"),
    "muted": ("#55626F", "#A3B1BE"),
    "accent": ("#0B6663", "#5CC9BF"),
    "on_accent": ("#FFFFFF", "#06201E"),
    "accent_weak": ("#DFF0EE", "#16322F"),
    "danger": ("#A8201A", "#FF9389"),
    "danger_weak": ("#FBE9E7", "#3A1D1B"),
    "warn": ("#7A4F00", "#F4C15D"),
    "warn_weak": ("#FFF3DA", "#35290F"),
    "ok": ("#1C6736", "#83D79A"),
    "ok_weak": ("#E2F3E7", "#15301E"),
    "info": ("#1F4F99", "#93BBFA"),
    "info_weak": ("#E6EEFA", "#172840"),
    "focus": ("#1A66D6", "#93BBFA"),
}
"""Each in the light palette and in the dark one."""

LIGHT = Tokens("light", border=1, **{key: light for key, (light, _) in _COLOURS.items()})
DARK = Tokens("dark", border=1, **{key: dark for key, (_, dark) in _COLOURS.items()})


def _high_contrast(name: str, paper: str, ink: str, accent: str, focus: str) -> Tokens:
    """Two colours and an accent: tones are told apart by sign and word, as everywhere."""
    inks = dict.fromkeys(("line", "text", "muted", "danger", "warn", "ok", "info"), ink)
    weak = ("accent_weak", "danger_weak", "warn_weak", "ok_weak", "info_weak")
    papers = dict.fromkeys(("ground", "surface", "sunk", "on_accent", *weak), paper)
    return Tokens(name=name, accent=accent, focus=focus, border=2, **inks, **papers)


CONTRAST_LIGHT = _high_contrast("contrast-light", "#FFFFFF", "#000000", "#00403E", "#0037A6")
CONTRAST_DARK = _high_contrast("contrast-dark", "#000000", "#FFFFFF", "#8FF0E6", "#FFE04A")
ALL = (LIGHT, DARK, CONTRAST_LIGHT, CONTRAST_DARK)

SYSTEM = "system"
"""The wish for what the system prefers; any other wish is a palette's name."""

_active = LIGHT
_wish = SYSTEM


def tokens() -> Tokens:
    """The palette in use."""
    return _active


def use(palette: Tokens) -> None:
    """Dress the whole application in a palette."""
    global _active
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("a theme needs a QApplication")
    _active = palette
    app.setPalette(_qt_palette(palette))
    app.setStyleSheet(style_sheet(palette))


def follow_system(app: QApplication) -> QObject:
    """Dress the application as the system asks and again when it changes its mind. Returns what must be kept."""
    follower = _Follower(app)
    follower.apply()
    return follower


def prefer(wish: str) -> None:
    """Dress the application as somebody wishes: `SYSTEM`, or a palette's name."""
    global _wish
    _wish = wish if any(palette.name == wish for palette in ALL) else SYSTEM
    use(_wanted())


def _wanted() -> Tokens:
    chosen = next((palette for palette in ALL if palette.name == _wish), None)
    if chosen is not None:
        return chosen
    hints = QGuiApplication.styleHints()
    dark = hints.colorScheme() == Qt.ColorScheme.Dark
    if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
        return CONTRAST_DARK if dark else CONTRAST_LIGHT
    return DARK if dark else LIGHT


def style_sheet(palette: Tokens) -> str:
    source = resources.files("dsr_desk.ui").joinpath("resources/look.qss").read_text(encoding="utf-8")
    values = {key: str(value) for key, value in asdict(palette).items()}
    return Template(source).substitute(values)


def font(size: int = 14, *, bold: bool = False, tabular: bool = False) -> QFont:
    """The system's font at a size in pixels."""
    face = QFont(QApplication.font())
    face.setPixelSize(size)
    if bold:
        face.setWeight(QFont.Weight.DemiBold)
    if tabular:
        face.setFeature(QFont.Tag("tnum"), 1)
    return face


def colour(value: str, opacity: float = 1.0) -> QColor:
    made = QColor(value)
    made.setAlphaF(opacity)
    return made


class _Follower(QObject):
    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._hints = app.styleHints()
        self._hints.colorSchemeChanged.connect(self.apply)
        self._hints.accessibility().contrastPreferenceChanged.connect(self.apply)

    def apply(self) -> None:
        use(_wanted())


def _qt_palette(palette: Tokens) -> QPalette:
    role = QPalette.ColorRole
    made = QPalette()
    for key, value in {
        role.Window: palette.ground,
        role.WindowText: palette.text,
        role.Base: palette.surface,
        role.AlternateBase: palette.sunk,
        role.Text: palette.text,
        role.PlaceholderText: palette.muted,
        role.Button: palette.surface,
        role.ButtonText: palette.text,
        role.BrightText: palette.on_accent,
        role.ToolTipBase: palette.surface,
        role.ToolTipText: palette.text,
        role.Highlight: palette.accent,
        role.HighlightedText: palette.on_accent,
        role.Accent: palette.accent,
        role.Link: palette.accent,
        role.LinkVisited: palette.accent,
        role.Light: palette.surface,
        role.Midlight: palette.sunk,
        role.Mid: palette.line,
        role.Dark: palette.line,
        role.Shadow: palette.sunk,
    }.items():
        made.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, key, QColor(palette.muted))
    return made
