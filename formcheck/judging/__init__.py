"""Judging: which exercise a clip shows, which repetitions count, what is wrong with them, and what to say.

`sets` finds the sets of a clip, with side and viewpoint, and `recognition` names their exercise.
`live_recognition` names it while somebody trains. `judge` makes the verdicts and the score. `coach` follows a
session frame by frame, and `cues` chooses the one thing to say.

In: a track, and exercises. Out: sets, verdicts, cues.
May import: `exercises` and what lies below.
It neither draws nor writes anything.
"""
