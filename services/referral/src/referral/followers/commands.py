"""What can be asked about followers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PutFollower:
    """Send the handoffs of one source's referrals to its own address from now on."""

    site: str
    source: str
    url: str
    by: str
