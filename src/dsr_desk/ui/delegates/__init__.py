"""How rows and pictures are painted."""
