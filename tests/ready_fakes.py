"""Loaded by a Dask worker when it starts: workers may not read files of the tests, so they have them before."""

import multiprocessing

from dsr_desk.jobs import cell

multiprocessing.process.current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # as a job does
cell.load("search_fakes", "jobs_work")
