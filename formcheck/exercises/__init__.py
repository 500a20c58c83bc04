"""Exercises: what a rule and an exercise are, and where exercises come from.

`rule` is the contract of the files in `rules/`, `gates` tell an exercise from its relatives, `readings` hold
the checks that need more than one measure. `catalog` finds the exercises, in `rules/`, in a user's folder
(`rule_files`) and in plug-ins. `profiles` and `modes` change limits and rules; `explain`, `template` and
`signals` serve those who read or write rules.

In: Python files with rules. Out: `Exercise` objects, ready for judging.
May import: `reps` and what lies below. No exercise is named here: those are in `rules/`.
Rule files import `formcheck.rule`: it offers what they may use.
"""
