"""Why a report was taken back, in a closed list and in words that name nobody. Pure."""

from enum import StrEnum


class Withdrawal(StrEnum):
    """What the page, the API and the message say of a withdrawn report."""

    IN_ERROR = "in_error"
    SEALED = "sealed_or_expunged"
    CORRECTED = "corrected"
    SOMEBODY_ELSE = "somebody_else"
    ERASED = "erased"


WITHDRAWALS: dict[str, str] = {
    Withdrawal.IN_ERROR: "the agency reported it in error and took it back",
    Withdrawal.SEALED: "a court sealed or expunged it",
    Withdrawal.CORRECTED: "the agency corrected it, and it is not about this person",
    Withdrawal.SOMEBODY_ELSE: "it was about somebody else",
    Withdrawal.ERASED: "the person's data was erased",
}
# A message says it without a word that tells what kind of thing it was about.
IN_MESSAGES: dict[str, str] = {
    Withdrawal.IN_ERROR: "it was reported in error",
    Withdrawal.SEALED: "it was sealed or expunged",
    Withdrawal.CORRECTED: "it was corrected",
    Withdrawal.SOMEBODY_ELSE: "it was about somebody else",
    Withdrawal.ERASED: "it was erased",
}
_RETRACTED = {"sealed": Withdrawal.SEALED, "expunged": Withdrawal.SEALED}
_CORRECTIONS = {"corrected": Withdrawal.CORRECTED}


def withdrawal_of(correction: str, reason: str | None) -> Withdrawal:
    """From casework's correction, and the reason that the agency gave for taking a record back."""
    if correction == "retracted":
        return _RETRACTED.get(reason or "", Withdrawal.IN_ERROR)
    return _CORRECTIONS.get(correction, Withdrawal.SOMEBODY_ELSE)


def in_message(because: str | None) -> str:
    return IN_MESSAGES[because or Withdrawal.SOMEBODY_ELSE]


def in_words(because: str | None) -> str:
    """Of what was withdrawn before reasons were kept, only that it was somebody else's is known."""
    return WITHDRAWALS[because or Withdrawal.SOMEBODY_ELSE]
