"""What a bundle says, and which edition discloses what."""
