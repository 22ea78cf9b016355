"""The Raspberry Pi: its pins through RPi.GPIO, its sound cards through ALSA. What is connected to them stands in `hal.boards`."""
