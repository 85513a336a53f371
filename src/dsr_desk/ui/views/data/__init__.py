"""Pages of datasets and indexes."""
