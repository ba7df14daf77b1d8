#!/usr/bin/env python3
"""The web servers of one region: backend.py NAME PORT ADDRESS...

Each answers /healthz with "ok" and every other path with a greeting that names the region and the address.
"""
import http.server
import sys
import threading


def handler_for(name: str) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = self.connection.getsockname()[0]
            body = "ok\n" if self.path == "/healthz" else f"Hello from {name} ({address})\n"
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *arguments) -> None:
        """A client that hung up is no error of ours."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(*arguments)


def main() -> None:
    name, port, *addresses = sys.argv[1:]
    handler = handler_for(name)
    servers = [Server((address, int(port)), handler) for address in addresses]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
