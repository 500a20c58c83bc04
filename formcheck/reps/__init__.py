"""Repetitions: where they begin, turn and end, and what was measured in each.

`segmentation` finds them, and their phases, in the signal that rises with the lift, live or afterwards.
`rep_data` is what a rule gets to see: the measures of one repetition, of its set and of the set's other
repetitions. `baseline` is what is usual for a person, from a clip of their own.

In: measures over time. Out: repetitions with phases, and their values.
May import: `measures` and what lies below.
It knows no exercise: the signal's name and its least range are given to it.
"""
