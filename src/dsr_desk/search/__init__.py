"""Indexes, exact face search, calibration, record search, linking. Returns candidates, never decisions."""
