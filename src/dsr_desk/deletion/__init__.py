"""Plan, run, read back. Takes only hits that an officer decided and approved."""
