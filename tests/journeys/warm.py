"""Starts the real server in a process of its own for each line it reads, with everything imported beforehand.

A server that is killed every few seconds must be there again at once; importing, and loading what understands languages,
take longer than all the rest.
"""

import json
import os
import signal
import sys

import uvicorn

import connectors.app
from bot.understanding import language
from bot.understanding.embedding import EMBEDDER


def main(port: int) -> None:
    """For each line on standard input: fork a server on the port it names, or else this one, and say its process id.
    After the port, the line may have settings of the environment as JSON.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the killed ones leave by themselves
    EMBEDDER.embed("hello")
    language.identify("hello and how are you")
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.setsid()
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what it logs is no process id
            named, _, settings = line.strip().partition(" ")
            os.environ.update(json.loads(settings or "{}"))
            uvicorn.run(
                connectors.app.create_app(),
                host="127.0.0.1",
                port=int(named or port),
                ws="none",
                log_level="critical",
            )
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
