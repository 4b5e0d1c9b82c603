"""The person's file: state, case manager, intake, enrollment, timeline."""
