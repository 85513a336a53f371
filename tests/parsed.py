"""The source as trees and their nodes, made once for all tests of a run that look into it; none changes a tree."""

from __future__ import annotations

import ast
import functools
from pathlib import Path


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All of a tree, in the order of `ast.walk`, which takes several times as long as reading them again."""
    return tuple(ast.walk(parsed(path)))
