"""The programme rehearsed: one candidate from the account to the certificate, and through a cycle of education."""
