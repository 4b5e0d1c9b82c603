"""Agencies' systems that follow a handoff by signed webhook instead of asking again and again."""
