"""The SMS provider's states of a message, in their order. Pure."""

# Receipts come late and out of order: a state is taken over only when it is further than the last.
RANK = {
    "accepted": 1,
    "queued": 1,
    "sending": 2,
    "sent": 3,
    "undelivered": 4,
    "failed": 4,
    "delivered": 5,
    "read": 6,
}
LOST = ("undelivered", "failed")
