"""The built zip on this machine: AWS's own runtime client runs it, behind a front door that answers as AWS's does.

layout, environment     what Lambda gives a function: its unpacked zip, the runtime's modules, the variables
debugger                waits in the runtime for a debugger
pool                    as many runtimes as there are requests at once
front                   the HTTP server that speaks for a front door
run                     the commands

The doors and the runtime are those of portable/emulators/aws_lambda.
"""
