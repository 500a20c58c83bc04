"""Repetitions: where they begin, turn and end, and what was measured in each.

`segmentation` finds them, and their phases, in the signal that rises with the lift, live or afterwards.
`rep_data` gives a rule the measures of one repetition, of its set and of the other repetitions of the set.
`baseline` holds the usual values of a person, from a clip of their own.

In: measures over time. Out: repetitions with phases, and their values.
May import: `measures` and what lies below.
It knows no exercise: the caller gives the name of the signal and its least range.
"""
