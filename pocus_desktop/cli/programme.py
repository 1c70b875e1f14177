"""`pocus programme`: where a candidate stands, by which rule, and what comes next."""

from collections.abc import Mapping
from typing import Final

from pocus_desktop.cli.main import LazyGroup

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "eligibility": ("pocus_desktop.cli.programme_standing:eligibility", "Tell what is met, by what, and what is not."),
    "deadlines": ("pocus_desktop.cli.programme_standing:deadlines", "Tell what comes next and by when."),
    "cme": ("pocus_desktop.cli.programme_standing:cme", "Tell what continuing education counts, and what is missing."),
    "credits": (
        "pocus_desktop.cli.programme_credits:credits_",
        "Take certificates of education from CSV, and export.",
    ),
    "rules": ("pocus_desktop.cli.programme_rules:rules", "Show, check, sign and take in the rules."),
    "cases": ("pocus_desktop.cli.programme_cases:cases", "Fill the case log from CSV and from DICOM, and export it."),
}

programme = LazyGroup("programme", commands=COMMANDS, help="Where a candidate stands, and what comes next.")
