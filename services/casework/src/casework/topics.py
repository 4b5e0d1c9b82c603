"""The domains of life that intake and plans speak about."""

from enum import StrEnum


class Domain(StrEnum):
    """What a goal may be about."""

    HOUSING = "housing"
    INCOME = "income"
    EMPLOYMENT = "employment"
    IDENTITY_DOCUMENTS = "identity_documents"
    HEALTH = "health"
    SUBSTANCE_USE = "substance_use"
    LEGAL = "legal"
    SAFETY = "safety"
    FAMILY = "family"
