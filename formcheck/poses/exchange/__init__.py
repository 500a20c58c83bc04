"""Landmarks as other tools write and read them, one module a format; `formats` has the table of them.

`keypoints` maps the points of other models to the 33 landmarks of a track: what a model lacks is NaN. `given`
holds what the user says where a file does not. `people` picks one person where a file has several.

In: files of other tools. Out: a `Track`, or a file that other tools read.
May import: `poses`, `files`, `errors`, and NumPy and SciPy.
"""
