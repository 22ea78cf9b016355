"""The telephone adapter, in software."""

VERSION = "0.1.0"
