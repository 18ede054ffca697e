"""Registry of trained angles: versions, aliases, gates, canaries, archives.

`registry` is what commands and the job service use; `versions`, `aliases`, `evaluations` and
`watching` hold its transactions; `gate` and `canary` are the statistics alone.
"""
