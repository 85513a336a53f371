"""A sample organisation of people drawn by this program: datasets, lineage, a request, and the truth about them."""

from dsr_desk.app.sample.organisation import Sample, SampleDataset, make_sample
from dsr_desk.app.sample.truth import Comparison, Truth

__all__ = ["Comparison", "Sample", "SampleDataset", "Truth", "make_sample"]
