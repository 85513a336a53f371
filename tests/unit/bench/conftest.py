"""Drawings of faces, as the tests of the face engine have them."""

from unit.faces.conftest import draw_face, encoded

__all__ = ["draw_face", "encoded"]
