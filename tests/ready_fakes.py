"""Loaded by a Dask worker when it starts: what it looks at photos in may read no file of the tests, so has them before."""

from dsr_desk.jobs import cell

cell.load("search_fakes", "jobs_work")
