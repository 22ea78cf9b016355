"""Wi-Fi: what is around, joining a network, forgetting one. What each step means stands in `core.wifi_join`; the radio is `hal.wifi`."""
