"""Encrypted databases, keys, journal, migrations, files that are written whole or not at all."""
