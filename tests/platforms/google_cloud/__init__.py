"""Tests of the Google Cloud shim, and its driver in process."""
