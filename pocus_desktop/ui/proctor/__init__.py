"""The proctor's screens: they render what the room knows and emit what the proctor wants; they decide nothing."""
