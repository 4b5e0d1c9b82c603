"""The gatekeeper: nothing about a participant is told without a consent that covers it now."""
