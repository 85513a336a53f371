"""How long a job still takes, said only once the figure is stable."""

from __future__ import annotations

from collections import deque

WINDOW = 60
LEAST_SECONDS = 5.0
AGREE_WITHIN = 0.25


class Pace:
    """Estimates from the speed of the recent past. A new phase or a new total starts afresh."""

    def __init__(self) -> None:
        self._phase = ""
        self._total: int | None = None
        self._samples: deque[tuple[float, int]] = deque(maxlen=WINDOW)

    def see(self, seconds: float, phase: str, done: int, total: int | None) -> float | None:
        """Seconds left, or None while that would be a guess. `seconds` counts from the start of the job."""
        if phase != self._phase or total != self._total:
            self._samples.clear()
            self._phase, self._total = phase, total
        self._samples.append((seconds, done))
        if total is None or done >= total:
            return None
        first = self._samples[0]
        middle = self._samples[len(self._samples) // 2]
        if seconds - first[0] < LEAST_SECONDS:
            return None
        whole = _left(first, (seconds, done), total)
        recent = _left(middle, (seconds, done), total)
        if whole is None or recent is None or abs(whole - recent) > AGREE_WITHIN * max(whole, recent):
            return None
        return whole


def _left(earlier: tuple[float, int], now: tuple[float, int], total: int) -> float | None:
    seconds, items = now[0] - earlier[0], now[1] - earlier[1]
    if seconds <= 0 or items <= 0:
        return None
    return (total - now[1]) * seconds / items
