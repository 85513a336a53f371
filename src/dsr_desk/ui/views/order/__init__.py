"""Screens of an order: what it says, which data it covers, and the samples of that."""
