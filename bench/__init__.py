"""The portal against its limits: what a path costs over the least that the same machine, in the same run, can do."""
