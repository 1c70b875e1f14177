"""Audit the hub's log where it runs, and bring copies of it up to date."""

from pathlib import Path

from pocus_desktop.app.hub import open_hub
from pocus_desktop.cli.faces import AuditedLog
from pocus_desktop.hub.results_log.export import export_log as export
from pocus_desktop.kernel.files import FileRefusedError


def audit_log(*, folder: Path, keys: Path, passphrase: str, database_url: str | None = None) -> AuditedLog:
    """Recompute the log from its entries, and compare each with its receipt and its envelope (formats/log 7.3).

    Nothing is changed: what waits at the hub goes on waiting.

    Raises:
        TlogError: The entries do not make the head that was signed.
        PocusError: The keys cannot be opened, or the folder or database cannot be used.
    """
    with open_hub(folder, keys, passphrase, database_url, is_only_read=True) as hub:
        size = hub.log.copy().audit()
        found = tuple(hub.audit_log())
    deeds = tuple((str(one.deed), None if one.number is None else one.number + 1, one.digest) for one in found)
    return AuditedLog(size=size, deeds=deeds)


def export_log(*, out: Path, folder: Path, keys: Path, passphrase: str, database_url: str | None = None) -> int:
    """Bring a copy with all entries up to date; how many its log has.

    Raises:
        PocusError: The keys cannot be opened, or the folder or database cannot be used.
    """
    with open_hub(folder, keys, passphrase, database_url) as hub:
        try:
            return export(hub.log, out)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
