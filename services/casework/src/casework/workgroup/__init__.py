"""The operational work group: its agenda from open items, a packet per attendee, its actions."""
