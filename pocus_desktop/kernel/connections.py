"""What holds for each connection that a server of ours takes."""

import asyncio
import socket


def send_at_once(transport: asyncio.BaseTransport) -> None:
    """Let the end of an answer leave without waiting for word that its beginning came.

    A server sends the head of an answer and its body apart. Held back until the head is acknowledged (RFC 896), the
    body would come some 40 ms late, since who waits for the rest acknowledges late (RFC 1122, 4.2.3.2). asyncio sees to
    it only on sockets that were made with the protocol named.

    Args:
        transport: Of a connection over TCP, with TLS or not; of any other nothing changes.
    """
    connection = transport.get_extra_info("socket")
    if connection is not None and connection.family in {socket.AF_INET, socket.AF_INET6}:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
