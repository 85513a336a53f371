"""Work on a case: request, search, review, deletion, its end."""
