"""The signed archive: files, digests, proofs, signature, time."""
