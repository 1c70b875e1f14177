"""Claims of speed and memory, each measured beside a reference."""
