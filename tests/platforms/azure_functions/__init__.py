"""Tests of the Azure Functions shim, and a host to test it against."""
