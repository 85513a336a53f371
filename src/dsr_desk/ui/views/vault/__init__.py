"""Pages of vault, officers and settings."""
