"""Tests of the OpenWhisk shim, its server, and a controller to test them against."""
