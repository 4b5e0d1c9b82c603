"""What prosecution-hook publishes: charges as prosecutors' and courts' systems report them."""

from pydantic import AwareDatetime

from shared.events.report import Report
from shared.sealing import Public


class NewChargeFiled(Report):
    """Sent when a prosecutor's or court's system reports a charge that was referred or filed.

    Incident, filing and receipt are three times: a charge for conduct before enrollment is not new
    conduct. `occurred_at` is the filing.
    """

    service = "prosecution-hook"

    kind: Public[str]
    cause_number: Public[str | None] = None
    incident_at: Public[AwareDatetime | None] = None
    filed_at: Public[AwareDatetime | None] = None
    court: Public[str | None] = None
