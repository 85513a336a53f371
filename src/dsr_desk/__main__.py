"""The program: without arguments the desktop, otherwise a command."""

from __future__ import annotations

import sys


def run() -> None:
    if len(sys.argv) == 1:
        from dsr_desk.ui.main import run as run_desktop

        sys.exit(run_desktop([]))
    from dsr_desk.cli.main import main

    main()


if __name__ == "__main__":
    run()
