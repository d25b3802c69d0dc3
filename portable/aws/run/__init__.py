"""The built zip on this machine: AWS's own runtime client runs it, behind a front door that answers as AWS's does.

layout, environment     what Lambda gives a function: its unpacked zip, the runtime's modules, the variables
runtime_api, runtime    one runtime: the process, and the server that it asks for events
pool                    as many runtimes as there are requests at once
routes, events, replies what a front door makes of a request and of a result: pure
doors, front            the front doors, and the HTTP server that speaks for one
run                     the commands
"""
