"""`pocus trust override`: a proctor's word for a day on which nothing newer can be had."""

import time

import click

from pocus_desktop.admission.latest_time import LatestTime, moment
from pocus_desktop.admission.trusting import OVERRIDE_MS, Override, Trusting
from pocus_desktop.kernel.settings import Home


@click.command()
@click.option("--reason", required=True, help="In a sentence; it stands in every sitting that begins on it.")
def override(reason: str) -> None:
    """Let sittings begin at this station for 24 hours although what it knows of the academy is over.

    It counts only where the academy's policy leaves it to the proctor. Refreshing from a newer stick is better.
    """
    home = Home.default()
    now_ms = max(time.time_ns() // 1_000_000, LatestTime(home.latest_time).seen_ms())
    state = Trusting.load(home).state
    Override(reason=reason, at_ms=now_ms).save(home.stale_override)
    if state is not None and not state.is_stale(now_ms):
        click.echo(f"Nothing is over here: what this station knows is good until {moment(state.expires_ms)}.")
    click.echo(f"Kept. It holds until {moment(now_ms + OVERRIDE_MS)}, and is noted in every sitting that begins on it.")
