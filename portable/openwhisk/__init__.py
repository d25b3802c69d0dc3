"""The deployer to Apache OpenWhisk. OpenWhisk itself is its state: names, versions and annotations.

A command goes through these stages, and each may do only what stands here:

    settings, names    read files and arguments: no call
    wanted             build what is shipped: no call
    target             ask OpenWhisk who this is
    found              ask OpenWhisk what is there
    plan               say what would change, as data: it can be printed, compared and carried out
    apply              put it; of the commands, `remove` alone deletes, and `invoke` alone invokes
"""
