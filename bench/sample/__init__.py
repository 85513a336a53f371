"""Draws the sample organisation: people that nobody is, their photos, tables, lineage and request."""

from bench.sample.organisation import make_sample

__all__ = ["make_sample"]
