"""Measures: numbers of a body in one picture, such as an angle of the knee.

`body` turns a track into a body with a working and a free side. `measure` says what a measure is: its unit,
its error, and the joints it needs. `drawn` holds the shapes by which a measure says what it looks like in a
picture. `catalogue`, `arms` and `standing` define the measures, by name, from the `lines` of the body;
`outline` measures the back by its outline. `reading` is a value with its uncertainty, or the reason why there
is none.

In: a smoothed track and the camera's viewpoint. Out: an array a measure, one value a frame.
May import: `poses` and what lies below.
Measures know neither repetitions nor exercises.
"""
