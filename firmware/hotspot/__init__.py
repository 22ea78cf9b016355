"""The set-up network: a Wi-Fi of the box's own with one page behind it. A process beside the device (keepline-setup-network.service); it knows no device."""
