"""Record search: identifiers, names, free text, links."""
