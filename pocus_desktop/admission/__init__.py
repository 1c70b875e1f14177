"""Who may sit what, when and from which keys: enrolment, admission, roster, release, and whom a station believes."""
