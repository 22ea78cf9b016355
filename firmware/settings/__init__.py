"""The settings file: model, bounds, check, atomic save. The only package that knows msgspec; it knows nothing of who uses the settings."""
