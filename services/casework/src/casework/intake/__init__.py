"""From referral to intake: outreach and its clock, the appointment, the interview."""
