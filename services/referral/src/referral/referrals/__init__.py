"""A referral from the door to its end: what was written, how far it came, how it was screened."""
