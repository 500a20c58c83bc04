"""Evaluation: how right and how fast formcheck is, and whether a rule holds what it promises.

`evaluate` compares verdicts with what clips truly show (`seen`): with the known `truth` of rendered clips, as
`accuracy` counts them and `sensitivity` plots them, and with labels made by a person's eye (`eye_labels`,
written with `labelling` and `label_server`), as `agreement` counts them and `gallery` shows them.
`rule_soundness` says what is wrong with a rule as it is written, `rule_check` what it does to recordings.
`speed`, `live_speed` and `batch_speed` measure time; `loopback` plays a clip as if it were a camera.

In: clips whose truth is known, or exercises. Out: figures, labels and a page.
May import: `live`, `batch` and what lies below.
Nothing but the command line imports it.
"""
