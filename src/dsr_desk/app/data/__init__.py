"""Datasets and their indexes: registering, building, correcting, destroying."""
