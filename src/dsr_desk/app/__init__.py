"""The use cases. Composes the rooms; called by the command line and the windows alike."""
