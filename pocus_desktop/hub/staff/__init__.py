"""Staff of the academy: who they are, how they sign in, what each may do."""
