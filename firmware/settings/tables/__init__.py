"""The tables of the settings file by topic: each key with its type, bounds, help sentence and default. They know no file and no reader.

The help sentences become the comments of keepline.example.toml, so they speak to the owner of the box.
"""
