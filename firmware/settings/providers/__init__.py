"""Presets of providers, a file each; docs/providers.md tells how to add one."""
