"""One attempt, from admission to sealed result."""
