"""The box told over MQTT, with Home Assistant's discovery. It sees the device's state as the page does, and knows no page. Off by default."""
