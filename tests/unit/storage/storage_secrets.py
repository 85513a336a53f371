"""Passphrases of the officers in these tests."""

ANN, BOB = "ann's long passphrase", "bob's long passphrase"
