"""Exact face search, calibrated."""
