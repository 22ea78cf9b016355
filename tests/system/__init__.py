"""Backups, resets, logs: the box as a whole."""
