"""Facts with their sources: GPUs, public models, optics and cables."""
