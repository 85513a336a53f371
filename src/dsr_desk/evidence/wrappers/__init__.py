"""What a bundle is encrypted in."""
