"""What the views show, as Qt item models."""
