"""What the browser gets as it is: no build step, nothing from elsewhere."""
