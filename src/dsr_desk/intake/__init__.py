"""What arrives: one module per request format."""
