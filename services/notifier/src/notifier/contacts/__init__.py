"""By which ways each person can be reached, shown to work before they are relied on."""
