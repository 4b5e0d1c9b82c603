"""Coordination: a prosecutor's matter and the participant's plan, brought together by people."""
