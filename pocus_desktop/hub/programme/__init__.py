"""The academy's side of the programme: portfolios, applications, vouchers, the audit's sample, appeals."""
