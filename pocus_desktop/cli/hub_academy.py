"""What staff do in the browser, as commands."""

from typing import Final

from pocus_desktop.cli.hub_accounts import accounts
from pocus_desktop.cli.hub_appeals import appeals
from pocus_desktop.cli.hub_applications import applications
from pocus_desktop.cli.hub_audit import sample, trail
from pocus_desktop.cli.hub_files import files
from pocus_desktop.cli.hub_staff import staff
from pocus_desktop.cli.hub_vouchers import vouchers

COMMANDS: Final = (staff, accounts, applications, vouchers, files, appeals, sample, trail)
