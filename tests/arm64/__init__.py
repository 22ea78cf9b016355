"""The arm64 parts: what was compiled for a device with another processor, looked at in its bytes and run under emulation."""
