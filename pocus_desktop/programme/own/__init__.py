"""A candidate's own copy of the portfolio on one computer: kept, changed, sent (formats/portfolio)."""
