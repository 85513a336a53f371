"""The bundle: content, signature, sealing, verification."""
