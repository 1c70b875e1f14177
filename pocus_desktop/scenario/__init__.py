"""The statechart engine: events in, effects out, no clock and no I/O."""
