"""The candidate's own portfolio: pages that render what is kept, and ask for changes."""
