"""The proctor's room: what stations report, what is ordered, and how both agree whatever the network does."""
