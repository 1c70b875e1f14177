"""The academy's server, first room: it takes sealed results, answers with signed receipts, replays and scores."""
