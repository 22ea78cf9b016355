"""The box told over MQTT: to a real broker, with a second client that listens."""
