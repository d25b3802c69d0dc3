"""A stand-in for faas-cli 0.18 where there is none: `python -m tests.runtimes.gateway.go_client COMMAND ...`.

It is not faas-cli, and proves nothing about it. It sends what was written down of faas-cli 0.18.12: what it
sends, takes the statuses that it takes, follows no redirect, and decodes JSON as strictly as Go does. Where the real
program is on PATH the same scenarios run with that one too, and that one decides.
"""
