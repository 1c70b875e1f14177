"""The depot: where bundles and trust metadata are published, and how a station fetches them from any carrier."""
