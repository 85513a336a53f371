"""DSR Desk: find a person in training data, name the models, delete, and prove it."""

__version__ = "0.1.0"
