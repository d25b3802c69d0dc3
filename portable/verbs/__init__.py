"""The verbs of the one command: a module each, whose `command` is a click command. It is loaded when it is used."""
