"""What the commands that package and deploy have in common, whatever the platform; it knows no platform.

cli          groups of commands that are loaded when they are used, and how a command ends
arguments    the options that more than one command takes, and what a shell completes them to
world        the environment, the streams and the time: what a command has from outside itself
console      what is printed, for people or for machines, and what never is
changes      the lines of a plan
confirming   asking before something is changed
finding      what one check of a doctor found
spelling     how a command is written so that it works where it is printed
errors       what a command ends with, and the exit codes
"""
