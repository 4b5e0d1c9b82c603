"""A prosecutor asks, the case manager answers in a closed form, under a release in force."""
