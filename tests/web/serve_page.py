"""The page as a process of its own, on a loopback port it prints: killed as a real one would be."""

import sys
from pathlib import Path

from waitress.server import create_server

from appliance.client import Client
from web import create_app

if __name__ == "__main__":
    server = create_server(
        create_app(client=Client(Path(sys.argv[1]), timeout_s=1.0)), host="127.0.0.1", port=0
    )
    print(server.effective_port, flush=True)
    server.run()
