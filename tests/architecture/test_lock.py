"""The lock and the declarations agree."""

from lead import lock

BUILD_TOOLS = "editables==1.0\nhatchling==1.0\n"


def test_the_lock_satisfies_every_declaration() -> None:
    """What the packages declare is what `make` installs."""
    assert lock.check() == []


def test_every_package_declares_itself() -> None:
    """The check reads all six declarations and what developing needs."""
    names = {line.split(">")[0] for line in lock.declared()}
    assert {"aiokafka[lz4]", "rapidfuzz", "aiosmtplib", "typer", "pytest"} <= names


def test_a_missing_package_is_named() -> None:
    """A declaration that nobody locked is a problem."""
    assert lock.problems({"rich>=15"}, BUILD_TOOLS) == ["rich is declared but not locked."]


def test_a_version_outside_the_declaration_is_named() -> None:
    """A locked version that the declaration excludes is a problem, whatever the spelling."""
    wrong = lock.problems({"uuid-utils>=2"}, f"{BUILD_TOOLS}uuid_utils==1.2.0 ; x\n")
    assert wrong == ["uuid-utils>=2 is declared but 1.2.0 is locked."]


def test_an_address_is_named() -> None:
    """No registry's address may slip into the lock."""
    wrong = lock.problems(set(), f"--index-url https://packages.example/simple\n{BUILD_TOOLS}")
    assert wrong == [
        "The lock holds an address: --index-url https://packages.example/simple",
    ]


def test_the_build_tools_must_be_locked() -> None:
    """Our own packages install in place without asking a registry for anything more."""
    assert lock.problems(set(), "") == ["hatchling is not locked.", "editables is not locked."]
