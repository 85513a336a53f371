"""Evidence: what a case can claim, sealing, keys, time."""
