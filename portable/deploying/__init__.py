"""What the commands that package and deploy have in common, whatever the platform; it knows no platform.

cli          a command line of several commands: its parser, and how each of them ends
arguments    the arguments that more than one command line takes
world        the environment, the streams and the time: what a command has from outside itself
console      what is printed, for people or for machines, and what never is
changes      the lines of a plan
confirming   asking before something is changed
errors       what a command ends with, and the exit codes
"""
