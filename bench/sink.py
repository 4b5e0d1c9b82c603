"""A mail server that only notes when each message was handed over: epoch seconds and subject."""

import asyncio
import sys
import time


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 sink\r\n")
    subject, in_data = "", False
    while line := await reader.readline():
        if in_data:
            if line.lower().startswith(b"subject:"):
                subject = line[8:].decode().strip()
            if line == b".\r\n":
                print(f"{time.time():.6f}\t{subject}", flush=True)
                in_data = False
                writer.write(b"250 taken\r\n")
            continue
        command = line[:4].upper()
        in_data = command == b"DATA"
        writer.write(_ANSWERS.get(command, b"250 sink\r\n"))
        if command == b"QUIT":
            break
    writer.close()


_ANSWERS = {b"DATA": b"354 go\r\n", b"QUIT": b"221 bye\r\n"}


async def main(port: int) -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
