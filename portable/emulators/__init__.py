"""What stands in front of each shim at its vendor, once: for local runs, replay, the tests and the strict AWS.

Each platform has the same parts. `to_native` makes of a neutral request what the shim is called with, `from_native` of
what the shim returns the caller's reply; they refuse what the vendor refuses, with its source on the line. `send_to`
puts them around a shim or a runtime, `sender` around the shim with a handler, in this process. Lambda has the first two
for each `Door`; Google's shim answers with Flask's own response, so it needs no `from_native`; `openfaas` is that of
`wsgi` with another Responder. `runner` is around the shim what gives it the platform's own events. `registry` finds an
emulator by its name, `deliveries` says which platform sends which event, and `samples` has one of each kind.
"""
