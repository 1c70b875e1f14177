"""The hub's connections."""

import socket
import threading

import httpx2
import uvicorn

from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.serve import configuration


def test_the_end_of_an_answer_waits_for_no_word_that_its_beginning_came(hub: Hub) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # as it is made everywhere: without a protocol's name
        server = uvicorn.Server(configuration(hub))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
                client.get("/healthz")
                options = [
                    each.transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                    for each in server.server_state.connections
                ]
        finally:
            server.should_exit = True
            thread.join()
    assert options == [1]
