"""The training log: every set with its numbers, and what the sets say over weeks.

`keeper` takes an analysis into the log, `take` says which recording it is and when it was made, and
`recording` makes rows of it (`entries`); `store` keeps them in one
SQLite file, whose tables `schema` creates and brings up to date. `history` puts the sets of a person together
from `trends`, `asymmetry` and `advice`; `table`, `page` and `export` show them.

In: analyses. Out: sets in a file, and a history as table, page, JSON or CSV.
May import: `report` and what lies below.
It knows neither the command line nor the camera.
"""
