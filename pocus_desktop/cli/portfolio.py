"""`pocus portfolio`: the candidate's own portfolio on this computer, with its window and without."""

from collections.abc import Mapping
from typing import Final

from pocus_desktop.cli.main import LazyGroup

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "open": ("pocus_desktop.cli.portfolio_standing:open_window", "Open the portfolio's window."),
    "next": ("pocus_desktop.cli.portfolio_standing:next_", "Tell what comes next and by when."),
    "show": ("pocus_desktop.cli.portfolio_show:show", "Tell what the portfolio holds, and what waits to be sent."),
    "eligibility": ("pocus_desktop.cli.portfolio_standing:eligibility", "Tell how it stands with each content area."),
    "sittings": ("pocus_desktop.cli.portfolio_standing:sittings", "Tell where each assessment is sat, or why not."),
    "account": ("pocus_desktop.cli.portfolio_change:account", "Set the account up, or correct it."),
    "connect": ("pocus_desktop.cli.portfolio_send:connect", "Say which academy the portfolio is for."),
    "credential": ("pocus_desktop.cli.portfolio_change:credential", "Add a credential, with its files."),
    "case": ("pocus_desktop.cli.portfolio_log:case", "Log one case."),
    "import": ("pocus_desktop.cli.portfolio_log:import_", "Take cases or continuing education from a CSV file."),
    "count": ("pocus_desktop.cli.portfolio_log:count", "Count the studies of a folder of DICOM files as cases."),
    "credit": ("pocus_desktop.cli.portfolio_education:credit", "Add continuing education, with its certificate."),
    "education": ("pocus_desktop.cli.portfolio_education:education", "Tell what counts in each cycle, and what not."),
    "providers": ("pocus_desktop.cli.portfolio_education:providers", "Find who offers continuing education."),
    "audit-pack": ("pocus_desktop.cli.portfolio_education:audit_pack_", "Write one PDF with a cycle's evidence."),
    "report": ("pocus_desktop.cli.portfolio_education:report", "Write education for others: MedBiquitous XML, CSV."),
    "apply": ("pocus_desktop.cli.portfolio_apply:apply", "Apply for certificates."),
    "withdraw": ("pocus_desktop.cli.portfolio_apply:withdraw", "Take an application back."),
    "voucher": ("pocus_desktop.cli.portfolio_apply:voucher", "Enter a voucher: the clock starts."),
    "nominate": ("pocus_desktop.cli.portfolio_apply:nominate", "Name an evaluator, or another in the place of one."),
    "evaluators": ("pocus_desktop.cli.portfolio_apply:evaluators", "Tell where each evaluator stands."),
    "remind": ("pocus_desktop.cli.portfolio_apply:remind", "Ask the academy to remind an evaluator."),
    "appeal": ("pocus_desktop.cli.portfolio_apply:appeal", "Appeal against a decision or a result."),
    "certificates": ("pocus_desktop.cli.portfolio_certificates:certificates", "Tell how your certificates stand."),
    "keep": ("pocus_desktop.cli.portfolio_certificates:keep", "Take a certificate in from a file."),
    "paper": ("pocus_desktop.cli.portfolio_certificates:paper", "Write a certificate's PDF."),
    "files": ("pocus_desktop.cli.portfolio_files:files", "Tell of files that prove something; let them be sent."),
    "sync": ("pocus_desktop.cli.portfolio_send:sync", "Send what waits, and fetch what the academy has."),
    "put": ("pocus_desktop.cli.portfolio_stick:put", "Put what waits on a USB stick, for the academy."),
    "read": ("pocus_desktop.cli.portfolio_stick:read", "Take the academy's answers from a USB stick."),
    "export": ("pocus_desktop.cli.portfolio_send:export", "Write all documents into a folder."),
    "merge": ("pocus_desktop.cli.portfolio_send:merge", "Take documents in that were written on another computer."),
    "settle": ("pocus_desktop.cli.portfolio_send:settle", "End a conflict: choose which writing is right."),
}

portfolio = LazyGroup("portfolio", commands=COMMANDS, help="Your own portfolio: from application to certificate.")
