"""The laboratory: speed and accuracy beside peers, drawing of the sample, screenshots. No room imports it."""
