"""The statute table: what a state's statutes are in NIBRS and how severe, and since when."""
