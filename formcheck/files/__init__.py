"""Files apart from what is in them: their kinds, their names, reading them back, writing them.

`kinds` says what kind of file a name stands for: video, track, journal, report. `names` makes names safe to
show and to write. `writing` writes a file whole or not at all. `reading` reads text, TOML and JSON of unknown
origin, and checks every number in them.

In: paths, and text that came with files. Out: text, data, or an error that names file and field.
May import: `errors`.
"""
