# Failure                 ends a command with exit code 1 and this text on standard error
# ├── CannotStart         the embedded system cannot start here
# ├── NoSystemHere        this home holds no keys
# ├── Unreachable         nobody answers at the address
# ├── Refused             a problem document
# ├── BadMapping, BadFile, StateInUse, FeedStopped, TooLittleAccepted (exit code 3)
# └── StepFailed          a step of the story did not go as told
"""What can go wrong for the person at the command line, in words for that person."""

from typing import ClassVar


class Failure(Exception):
    """The text is all that the person gets to see."""

    exit_code: ClassVar[int] = 1
