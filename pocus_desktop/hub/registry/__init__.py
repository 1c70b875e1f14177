"""Whom the hub knows: stations and centres, candidates, admissions, rosters, walk-ins."""
