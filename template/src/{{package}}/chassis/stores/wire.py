"""Packs and sends commands at a third of what the client's own loops cost.

A script call has some thirty arguments, nearly all of them text, so packing them is a good part of
what a submission costs its caller.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

from valkey._parsers import Encoder
from valkey.exceptions import ConnectionError as ValkeyConnectionError
from valkey.exceptions import ReadOnlyError, ResponseError
from valkey.exceptions import TimeoutError as ValkeyTimeoutError

Encodable = str | bytes | int | float

# Bytes that are no text must reach the code that refuses them, not break the reader.
ENCODING_ERRORS: Final = "surrogateescape"
# Commands that leave together. Sending fewer costs more than the server gains by starting earlier.
COMMANDS_PER_PACKET: Final = 16
_TEXT_ALONE: Final = {str}


class Packer:
    """Stands in for the client's serializer (its ``command_packer`` option)."""

    def __init__(self, encoding_errors: str) -> None:
        self._errors = encoding_errors
        # What is not text goes the client's way, refusals included.
        encoder: Any = Encoder("utf-8", encoding_errors, decode_responses=True)
        self._encode: Callable[[Encodable], bytes] = encoder.encode

    def pack(self, *values: Encodable) -> list[bytes]:
        """One command as the server reads it."""
        words = _in_words(values)
        if set(map(type, words)) == _TEXT_ALONE:
            texts = cast("tuple[str, ...]", words)
            command = "".join([f"${len(text)}\r\n{text}\r\n" for text in texts])
            # Then a letter is a byte, and the whole is encoded at once.
            if command.isascii():
                return [f"*{len(words)}\r\n{command}".encode()]
        return [self._packed(words)]

    def _packed(self, words: tuple[Encodable, ...]) -> bytes:
        encode, errors = self._encode, self._errors
        encoded = [
            word.encode("utf-8", errors) if type(word) is str else encode(word) for word in words
        ]
        items = [b"$%d\r\n%b\r\n" % (len(each), each) for each in encoded]
        return b"*%d\r\n%b" % (len(items), b"".join(items))


def exchange(connection: Any, commands: Sequence[tuple[Encodable, ...]]) -> list[Any]:
    """Send all commands, then read the reply or the error of each.

    Raises what a lost connection raises, and ReadOnlyError: all of it must go to another server
    then.
    """
    send(connection, commands)
    return receive(connection, len(commands))


def send(
    connection: Any, commands: Sequence[tuple[Encodable, ...]], *, check_health: bool = True
) -> None:
    """Send all commands; the server works on the first while the next are packed.

    With replies unread, a check of health would take one of them for its own.
    """
    for start in range(0, len(commands), COMMANDS_PER_PACKET):
        packet = commands[start : start + COMMANDS_PER_PACKET]
        pieces = [piece for command in packet for piece in connection.pack_command(*command)]
        is_first = check_health and start == 0
        connection.send_packed_command([b"".join(pieces)], check_health=is_first)


def receive(connection: Any, count: int) -> list[Any]:
    """Read as many replies, or the errors that they are."""
    return [_reply(connection) for _ in range(count)]


async def exchange_async(
    connection: Any, packer: Packer, commands: Sequence[tuple[Encodable, ...]]
) -> list[Any]:
    """The same over a connection of the async client, whose own packing cannot be replaced."""
    await send_async(connection, packer, commands)
    return await receive_async(connection, len(commands))


async def send_async(
    connection: Any,
    packer: Packer,
    commands: Sequence[tuple[Encodable, ...]],
    *,
    check_health: bool = True,
) -> None:
    """As `send`, in one packet."""
    packet = b"".join(piece for command in commands for piece in packer.pack(*command))
    await connection.send_packed_command(packet, check_health=check_health)


async def receive_async(connection: Any, count: int) -> list[Any]:
    """As `receive`, but all within the time that the client gives to each reply.

    A clock for each of them costs as much as reading it.
    """
    read = connection._parser.read_response  # noqa: SLF001 - what sets that clock is around it
    try:
        async with asyncio.timeout(connection.socket_timeout):
            replies = [await read() for _ in range(count)]
    except TimeoutError as error:
        message = f"no reply within {connection.socket_timeout} s"
        raise ValkeyTimeoutError(message) from error
    except OSError as error:
        raise ValkeyConnectionError(str(error)) from error
    for reply in replies:
        if isinstance(reply, ReadOnlyError):
            raise reply
    return replies


def socket_of(connection: Any) -> object:
    """What tells whether a connection of either client is still the one it was; None when closed.

    A closed one connects anew as soon as something is sent, and what was not read is gone.
    """
    return getattr(connection, "_sock", None) or getattr(connection, "_writer", None)


def _reply(connection: Any) -> Any:
    try:
        return connection.read_response()
    except ReadOnlyError:
        raise
    except ResponseError as error:
        return error


def _in_words(values: tuple[Encodable, ...]) -> tuple[Encodable, ...]:
    # The client names some commands by two words in one value: "CONFIG GET".
    name = values[0]
    return (*name.split(), *values[1:]) if isinstance(name, str) and " " in name else values
