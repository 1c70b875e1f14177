"""The programme: from application to certificate, and keeping it. Rules as data, decisions as pure functions."""
