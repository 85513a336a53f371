"""Opening and verifying bundles."""
