"""What the hub shows in a browser: made here, without script, with nothing from another place."""
