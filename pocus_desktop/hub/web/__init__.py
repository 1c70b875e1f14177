"""The hub's face to the network: doors, who may come in and how often, problems, health and figures."""
