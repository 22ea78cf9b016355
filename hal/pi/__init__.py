"""The Raspberry Pi: pins through RPi.GPIO, serial ports through pyserial, sound cards through ALSA. What is connected to them stands in `hal.boards`."""
