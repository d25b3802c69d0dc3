"""Tests of replaying and recording."""
