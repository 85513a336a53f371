"""One module per lineage format; `registry.import_file` finds out which."""
