"""The warm handoff: called, dispatched, arrived, handed over; its clock decides nothing."""
