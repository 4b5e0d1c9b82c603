"""A port that stays a test's own while nobody listens on it."""

import socket


class KeptPort:
    """Bound and never listening: to connect is refused until a server binds it too, as any that
    sets SO_REUSEADDR may, and nobody else on this machine is given it meanwhile."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.number: int = self._socket.getsockname()[1]

    def close(self) -> None:
        self._socket.close()
