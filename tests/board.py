"""A page as services write them: cards that come and go live, and an acknowledgement on each."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from shared.callers import Caller
from shared.idempotency import Tx
from shared.page_session import PageRoute, page_caller
from shared.pages import templates

PAGES = templates("tests")

Person = Annotated[Caller, Depends(page_caller)]


@dataclass
class Card:
    """One thing to acknowledge."""

    name: str
    text: str = "as reported"
    taken_by: str | None = None


@dataclass
class Board:
    """What the page shows, and what the server saw of the browser."""

    cards: list[Card] = field(default_factory=list)
    taken: list[tuple[str, str, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    resumed_from: list[str | None] = field(default_factory=list)
    changes: int = 0
    streams: set[asyncio.Queue[int | None]] = field(default_factory=set)

    def reset(self) -> None:
        for seen in (self.cards, self.taken, self.keys, self.resumed_from):
            seen.clear()
        self.changes = 0

    def tell(self) -> None:
        """Every open stream hears of a change."""
        self.changes += 1
        for stream in self.streams:
            stream.put_nowait(self.changes)

    def break_streams(self) -> None:
        """End every open stream, as a restart would."""
        for stream in self.streams:
            stream.put_nowait(None)


def board_routes(board: Board) -> APIRouter:
    """The page, its stream, its form."""
    router = APIRouter(route_class=PageRoute, include_in_schema=False)

    @router.get("/board")
    async def show_board(request: Request, caller: Person) -> Response:
        return PAGES.render(request, "board.html", caller=caller, cards=board.cards)

    @router.get("/board/stream")
    async def stream(request: Request, _: Person) -> Response:
        board.resumed_from.append(request.headers.get("last-event-id"))
        return StreamingResponse(_events(board), media_type="text/event-stream")

    @router.post("/board/{name}/acknowledgement")
    async def acknowledge(
        request: Request,
        name: str,
        caller: Person,
        _: Tx,
        action: Annotated[str, Form()],
        note: Annotated[str, Form(max_length=500)] = "",
    ) -> Response:
        board.keys.append(request.headers.get("idempotency-key", ""))
        board.taken.append((name, caller.sub, f"{action}/{note}"))
        for card in board.cards:
            if card.name == name:
                card.taken_by = caller.sub
        return RedirectResponse("/casework/board", 303)

    return router


async def _events(board: Board) -> AsyncIterator[str]:
    queue: asyncio.Queue[int | None] = asyncio.Queue()
    board.streams.add(queue)
    try:
        yield ": open\n\n"
        while (change := await queue.get()) is not None:
            yield f"id: {change}\ndata: {{}}\n\n"
    finally:
        board.streams.discard(queue)
