"""Work that takes longer than a blink: progress, cancel, checkpoints, process pools."""
