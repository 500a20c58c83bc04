"""Evaluation: how right and how fast formcheck is, and whether a rule holds what it promises.

`evaluate` compares verdicts with the known `truth` of rendered clips, as `accuracy` counts them and
`sensitivity` plots them. `rule_soundness` says what is wrong with a rule as it is written, `rule_check` what
it does to recordings. `speed`, `live_speed` and `batch_speed` measure time; `loopback` plays a clip as if it
were a camera.

In: clips whose truth is known, or exercises. Out: figures.
May import: `live`, `batch` and what lies below.
Nothing but the command line imports it.
"""
