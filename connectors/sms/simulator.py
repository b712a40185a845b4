"""A phone in the terminal, for `rettvis demo`: it is the far side of the generic gateway, and one phone on it."""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

NUMBER = "+4790000000"
SECRET = "demo-only"  # noqa: S105 (of a gateway that is this terminal)


def settings(port: int) -> dict[str, str]:
    """The environment of a demo whose SMS go to this terminal. `port` is that of the demo; the phone is at the next one."""
    return {
        "RETTVIS_ADDRESS": f"http://localhost:{port}",
        "RETTVIS_SMS": "http",
        "RETTVIS_HTTP_URL": f"http://127.0.0.1:{port + 1}/",
        "RETTVIS_HTTP_NUMBER": "26112",
        "RETTVIS_HTTP_SECRET": SECRET,
    }


class _Gateway(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["content-length"])))
        print(f"\n{told['text']}\n")
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet: the terminal shows what the phone shows."""


def run(port: int) -> bool:
    """Write and read until an empty line. Returns False when no demo is there."""
    gateway = ThreadingHTTPServer(("127.0.0.1", port + 1), _Gateway)
    threading.Thread(target=gateway.serve_forever, daemon=True).start()
    with httpx.Client(base_url=f"http://localhost:{port}", headers={"x-secret": SECRET}) as http:
        try:
            while text := _line().strip():
                body = {"id": str(uuid.uuid4()), "from": NUMBER, "text": text}
                http.post("/sms/http", json=body).raise_for_status()
        except httpx.HTTPError:
            return False
        finally:
            gateway.shutdown()
    return True


def _line() -> str:
    try:
        return input()
    except EOFError:
        return ""
