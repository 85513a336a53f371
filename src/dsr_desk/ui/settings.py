"""What the windows remember between two starts: where the vault lies. Never what is in it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings


def _settings() -> QSettings:
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "dsr-desk", "dsr-desk")


def last_vault() -> Path | None:
    """The vault that was open last, if it is still there."""
    value = _settings().value("vault", "")
    folder = Path(str(value)) if value else None
    return folder if folder is not None and folder.is_dir() else None


def remember_vault(folder: Path) -> None:
    settings = _settings()
    settings.setValue("vault", str(folder))
    settings.sync()


def proposed_vault() -> Path:
    """Where a first vault is proposed."""
    return Path.home() / "DSR Desk vault"


def sample_folder() -> Path:
    """Where the sample organisation lies once somebody asked for it."""
    return Path.home() / "DSR Desk sample"
