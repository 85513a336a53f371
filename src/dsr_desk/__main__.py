"""The program: the desktop where no command is given, otherwise a command."""

from __future__ import annotations

import sys

from dsr_desk.cli.nouns import window_line


def run() -> None:
    try:
        _shut()
        from dsr_desk.cli.ending import end_of

        if window_line(sys.argv[1:]) is None:
            import dsr_desk.cli.errors  # noqa: F401 - commands tell their errors with it, and the windows do not

        code = end_of(_program)
    except Exception as fault:  # noqa: BLE001 - parts of the program are missing: it has no other words than these
        sys.stderr.write(f"The program is not whole ({type(fault).__name__}). Install it again. [PROGRAM-FAULT]\n")
        code = 3
    sys.exit(code)


def _shut() -> None:
    """Has the kernel refuse the network before anything else is loaded; what needs one starts first, outside."""
    if any(given.partition("=")[0] == "--cluster" for given in sys.argv):
        from dsr_desk.jobs.cluster import start_client

        start_client()
    from dsr_desk.jobs.confine import refuse_network

    refuse_network(unix=window_line(sys.argv[1:]) is not None)


def _program() -> None:
    opens = window_line(sys.argv[1:])
    if opens is not None:
        from dsr_desk.ui.main import run as run_desktop

        sys.exit(run_desktop(opens))
    from dsr_desk.cli.main import main

    main()


if __name__ == "__main__":
    run()
