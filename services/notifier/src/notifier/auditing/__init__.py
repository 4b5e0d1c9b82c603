"""The auditor: finds what has no end past its time, raises it, and is itself watched."""
