"""What systemd is told of the service: sd_notify(3), to the socket that it names.

Where nothing supervises the service, NOTIFY_SOCKET is not set and nothing is told.
docs/decisions/0017 says what stands behind READY and WATCHDOG.
"""

import contextlib
import os
import socket


def tell(**state: str) -> None:
    """Assignments as in sd_notify(3): `tell(READY="1", STATUS="Connected.")`."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # an abstract socket
        address = "\0" + address[1:]
    lines = [f"{name}={' '.join(value.split())}" for name, value in state.items()]
    # A manager that is away or busy is no reason to stop: it acts by itself.
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager,
    ):
        manager.settimeout(1)
        manager.connect(address)
        manager.send("\n".join(lines).encode())
