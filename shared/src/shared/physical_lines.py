"""Physical lines of a text, counted without the parser whose work the count checks."""

import codecs
import io
from typing import BinaryIO


class Undecodable(ValueError):
    """The bytes are not text in this encoding; `line` is where the first bad one stands."""

    def __init__(self, line: int, encoding: str) -> None:
        self.line, self.encoding = line, encoding
        super().__init__(f"Line {line} is not {encoding}.")


class LineCount:
    """Counts line ends of every kind: LF, CR LF, and the CR of old Macs."""

    def __init__(self) -> None:
        self._ends, self._last = 0, ""

    def add(self, text: str) -> None:
        """Count a piece of the text; pieces may be cut anywhere, also between CR and LF."""
        if not text:
            return
        both = self._last == "\r" and text[0] == "\n"
        self._ends += text.count("\n") + text.count("\r") - text.count("\r\n") - both
        self._last = text[-1]

    @property
    def total(self) -> int:
        """The lines so far; a last one without a line end is one, too."""
        return self._ends + self.unfinished

    @property
    def unfinished(self) -> bool:
        """The last line has no line end, as in a file that was cut off."""
        return self._last not in ("", "\n", "\r")


class CountedBytes(io.RawIOBase):
    """Bytes on their way to a reader; `count` has the physical lines of all that was read.

    Reading raises Undecodable at the first byte that is not text in this encoding, and LookupError
    when there is no such encoding.
    """

    def __init__(self, raw: BinaryIO, encoding: str) -> None:
        self._raw, self._encoding = raw, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self.count = LineCount()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]
        data = self._raw.read(len(buffer))
        self._add(data)
        buffer[: len(data)] = data
        return len(data)

    def lines(self) -> io.TextIOWrapper:
        """The text, line by line, each with its own line end."""
        return io.TextIOWrapper(io.BufferedReader(self), encoding=self._encoding, newline="")

    def _add(self, data: bytes) -> None:
        try:
            self.count.add(self._decoder.decode(data, final=not data))
        except UnicodeDecodeError as error:
            self.count.add(error.object[: error.start].decode(self._encoding, "ignore"))
            line = self.count.total + (not self.count.unfinished)
            raise Undecodable(line, self._encoding) from None
