"""Pages of models and lineage."""
