"""What `portable new` makes: a function with its test, its entry in stack.yml, and a project around the first one.

names      refuse a name that a platform would refuse
source     what the tool was installed from, which the project installs too
templates  the files of a kind of function and of a project, filled in: they stand in files/
entry      add a function to the text of a stack file
new        put them together
making     write files that were not there before, all of them or none
"""
