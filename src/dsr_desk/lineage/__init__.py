"""The graph from dataset versions to models: one importer per format, and impact."""
