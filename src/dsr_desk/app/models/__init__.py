"""Lineage and the models that it leads to."""
