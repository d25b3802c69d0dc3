"""The local gateway: the OpenFaaS REST API over a plain Docker engine, or over processes of this machine.

It is one process with one event loop. Calls of functions are answered on the loop, which itself never waits for a disk
or a provider: those have threads of their own. The control plane is a WSGI application: its requests run in threads,
and what they change is changed on the loop, by the `run` that they are given.

The rooms, from the top down. A room imports only from lower floors, and rooms on one floor do not import each other;
a contract in pyproject.toml holds both:

    __main__    reads the settings, makes every object below and ends with a signal; nothing else puts them together
    app         the control plane: every route in one table, who may use it, how errors are answered
    server      listens; sends each request to the proxy, the queue or the control plane; drains at the end
    ui          the dashboard at /ui/: pages and forms over the same objects as api
    api         /system/* and /async-function/CALL-ID: reads a request, asks a lower room, writes the reply
    queue       asynchronous calls: accepted, run, tried again, called back; kept in calls.db
    cron        functions that are called by their schedules; what is known of those is kept in cron.json
    history     the last calls of each function and their rates, kept in history.db with the logs
    calls       one call: which function, which replica, which headers; its record, however it ends
    functions   deploy, update, scale, wake, pause, mend, remove: which replicas there are, and which serve
    providers   what runs replicas: base.py is the contract, docker/ and process/ fulfil it
    logs        what functions printed: the newest lines in memory, those of replicas that are gone on disk
    http        HTTP/1.1 on the loop, as a server and as a client
    storage     SQLite and JSON files: made, locked, checked, written
    config      the settings, read once
    secrets     a file for each secret, which providers show to functions

What a room may not know keeps it replaceable:

- http knows no function, storage no table, config no other room. Whoever stands above gives them what they need.
- A provider makes and ends the replicas that it is told to. It does not know how many are wanted, which serve, or that
  there are requests. The two do not import each other, and each works without the other's packages: only
  providers/docker imports the docker SDK.
- functions decides, and only it changes a function's replicas and endpoints, on the loop. It sees of traffic what an
  endpoint counts.
- calls has the one path that every call takes, be it a client's, the queue's, a schedule's or the dashboard's. It does
  not know who else wants to hear of calls: metrics and history are given to it as `record`.
- queue, cron and history know neither each other nor the control plane.
- Only app, api and ui import Flask. Nothing of theirs runs on the loop but what they pass to `run`.
- No room imports a function or a shim. A function's process is the command of the setting `process-command`.

What is kept: Docker's own objects are the only state of functions, read again at each start; processes end with the
gateway. The state folder has the password, the secrets, calls.db, history.db and cron.json.
"""

VERSION = "0.1.0"
