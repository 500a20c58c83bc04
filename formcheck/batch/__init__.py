"""Many clips: found, scored by worker processes or a cluster, kept whole, put into tables.

`inputs` finds the clips, in folders, manifests or remote stores; `job` says what is to be done with one,
`score` does it, in the workers of `pool` or of a `cluster`, and `run` carries all of it out. `ledger` keeps
every `record` as soon as it is made, with the versions it was made by (`provenance`). `outputs` writes the
`tables`, the `summary` and the pages; `terminal` shows how far it is.

In: many paths. Out: a ledger that can be continued, tables, pages.
May import: `api` and what lies below.
"""
