"""Small widgets that every face shares; each shows one thing and decides nothing."""
