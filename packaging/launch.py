"""Where the packaged program begins: workers are this same file, started again."""

import multiprocessing

from dsr_desk.__main__ import run

if __name__ == "__main__":
    multiprocessing.freeze_support()
    run()
