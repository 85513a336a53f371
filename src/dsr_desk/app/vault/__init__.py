"""Officers, policy, backups, the journal."""
