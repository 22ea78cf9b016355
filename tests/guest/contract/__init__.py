"""What every board owes its drivers, as one body of tests: on the simulated board everywhere, on the Pi's drivers in the guest (gpio-sim)."""
