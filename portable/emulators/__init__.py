"""What stands in front of each shim: a neutral request to what the shim is called with, and its answer back.

The drivers of the conformance suite are built on the same functions. For Lambda the deployer's local front has them.
"""
