"""Every service reads a version from `If-Match` in the same way."""

import pytest
from pydantic import ValidationError

from shared.edges import Body, etag, expected_version
from shared.errors import PreconditionFailed


@pytest.mark.parametrize(
    ("header", "version"),
    [(None, None), ("*", None), (" * ", None), ('"7"', 7), ("7", 7), (' "0" ', 0)],
)
async def test_a_version_is_read_however_it_is_quoted(
    header: str | None, version: int | None
) -> None:
    """Without one, any version will do."""
    assert await expected_version(header) == version


@pytest.mark.parametrize(
    "header", ['W/"7"', '"seven"', '"-1"', '"1", "2"', '"\u0663"', '"1234567890"']
)
async def test_a_version_that_nobody_gave_is_not_the_current_one(header: str) -> None:
    """412, as for any other that is not: the caller reads again."""
    with pytest.raises(PreconditionFailed):
        await expected_version(header)


async def test_what_is_given_out_is_what_is_read_back() -> None:
    """An ETag goes back as it came."""
    assert await expected_version(etag(12)["ETag"]) == 12


def test_a_body_takes_no_field_that_it_does_not_know() -> None:
    """A typing error in a field's name must not be silence."""

    class Note(Body):
        text: str

    assert Note.model_validate({"text": " a "}).text == "a"
    with pytest.raises(ValidationError):
        Note.model_validate({"text": "a", "texte": "b"})
