"""The people of the embedded sample: who signs in, and whom the notifier knows. None is real."""

from dataclasses import dataclass

KING_COUNTY, SANTA_FE = "king-county", "santa-fe"
SITE_TIME_ZONES = {KING_COUNTY: "America/Los_Angeles", SANTA_FE: "America/Denver"}


@dataclass(frozen=True)
class StaffMember:
    """One person at one site. `sub` is unique across sites; `backup` is another one's `sub`."""

    sub: str
    name: str
    roles: tuple[str, ...]
    site: str
    backup: str | None = None

    @property
    def email(self) -> str:
        # .example can never be somebody's real mail domain (RFC 2606).
        return f"{self.sub}@{self.site}.example"

    @property
    def sites(self) -> tuple[str, ...]:
        return (self.site,)


SAMPLE_STAFF = (
    StaffMember("alice", "Alice Arden", ("case-manager",), KING_COUNTY, backup="ben"),
    StaffMember("ben", "Ben Brook", ("case-manager",), KING_COUNTY, backup="alice"),
    StaffMember("carla", "Carla Cruz", ("supervisor",), KING_COUNTY),
    StaffMember("dana", "Dana Dell", ("referral-desk",), KING_COUNTY),
    StaffMember("greta", "Greta Gray", ("program-manager",), KING_COUNTY),
    StaffMember("iris", "Iris Ito", ("identity-reviewer",), KING_COUNTY),
    StaffMember("leo", "Leo Lund", ("liaison-prosecutor",), KING_COUNTY),
    StaffMember("petra", "Petra Pole", ("privacy-officer",), KING_COUNTY),
    StaffMember("ops", "Olu Ops", ("ops",), KING_COUNTY),
    StaffMember("rosa", "Rosa Rael", ("case-manager",), SANTA_FE, backup="sam"),
    StaffMember("sam", "Sam Soto", ("case-manager",), SANTA_FE, backup="rosa"),
    StaffMember("tess", "Tess Tafoya", ("supervisor",), SANTA_FE),
    StaffMember("uma", "Uma Ulibarri", ("referral-desk",), SANTA_FE),
    StaffMember("vera", "Vera Vigil", ("identity-reviewer",), SANTA_FE),
    StaffMember("wes", "Wes Ward", ("liaison-prosecutor",), SANTA_FE),
    StaffMember("yara", "Yara Yazzie", ("privacy-officer",), SANTA_FE),
    StaffMember("zoe", "Zoe Zamora", ("program-manager",), SANTA_FE),
    StaffMember("omar", "Omar Ops", ("ops",), SANTA_FE),
)


def staff_member(sub: str) -> StaffMember | None:
    """The sample person of this name, or None."""
    return next((person for person in SAMPLE_STAFF if person.sub == sub), None)
